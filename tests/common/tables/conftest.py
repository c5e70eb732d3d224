from types import SimpleNamespace

import pytest

from tests.common.tables.makers import KNOWN
from will_portal.common.tables.reading import Unreadable, read, rows_of


@pytest.fixture
def opened(tmp_path):
    """Read a file's content: what was understood, and its rows as {number: cells}."""

    def open_file(content, known=KNOWN):
        path = tmp_path / "original"
        path.write_bytes(content)
        understood, plain = read(path, "elenco", known, tmp_path)
        with plain.open("rb") as file:
            rows = dict(rows_of(iter(lambda: file.read(7), b"")))
        return SimpleNamespace(understood=understood, rows=rows)

    return open_file


@pytest.fixture
def refusal(opened):
    """The code and the sentence with which a file is refused."""

    def refuse(content):
        with pytest.raises(Unreadable) as refused:
            opened(content)
        assert str(refused.value.sentence).endswith(".")
        return refused.value.code

    return refuse
