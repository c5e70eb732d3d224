"""Files larger than they may be, and disks that are full: told in a sentence, and nothing is left behind."""

import io
from contextlib import ExitStack

import pytest
from django.core.files import temp
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import RequestFactory

from will_portal.common import uploads
from will_portal.common.uploads import CutOffFile

LARGEST = 4 * 1024 * 1024


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", LARGEST)


@pytest.fixture
def sent():
    """Returns a function from the sizes of files to these files as a view gets them."""
    with ExitStack() as stack:

        def send(**sizes):
            files = {name: io.BytesIO(b"x" * size) for name, size in sizes.items()}
            for name, file in files.items():
                file.name = f"{name}.csv"
            request = RequestFactory().post("/", files)
            stack.callback(request.close)
            return request.FILES

        yield send


@pytest.mark.parametrize("size", [1000, 3 * 1024 * 1024])
def test_a_file_of_an_allowed_size_arrives_whole(sent, size):
    assert sent(file=size)["file"].read() == b"x" * size


def test_of_a_larger_file_little_more_than_the_limit_is_kept(sent):
    file = sent(file=3 * LARGEST)["file"]
    assert LARGEST < file.size <= LARGEST + 64 * 1024


def test_many_files_of_one_request_are_bounded_together(sent):
    files = sent(a=LARGEST, b=LARGEST, c=LARGEST)
    assert sum(file.size for file in files.values()) <= LARGEST + 64 * 1024


def full(*args, **options):
    raise OSError(28, "No space left on device")


def test_a_disk_that_is_full_while_a_file_arrives_is_told(sent, monkeypatch):
    monkeypatch.setattr(TemporaryUploadedFile, "write", full, raising=False)
    file = sent(file=LARGEST)["file"]
    assert isinstance(file, CutOffFile)
    assert file.size


def test_a_disk_that_is_full_before_a_file_arrives_is_told(sent, monkeypatch):
    monkeypatch.setattr(temp, "NamedTemporaryFile", full)
    assert isinstance(sent(file=LARGEST)["file"], CutOffFile)
