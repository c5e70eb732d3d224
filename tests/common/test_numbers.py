from decimal import Decimal

import pytest
from django.utils.translation import override

from will_portal.common.numbers import spell_change, spell_number


@pytest.mark.parametrize(
    ("language", "value", "decimals", "text"),
    [
        ("it", Decimal("1234.5678"), 1, "1.234,6"),
        ("it", 196764, 0, "196.764"),
        ("it", Decimal("-4.2"), 1, "−4,2"),
        ("en", Decimal("1234.5678"), 1, "1,234.6"),
        ("en", Decimal("2"), 2, "2.00"),
        ("en", 2.25, 1, "2.3"),
        ("en", Decimal("-0.04"), 1, "0.0"),
    ],
)
def test_numbers_are_written_as_readers_of_the_language_do(language, value, decimals, text):
    with override(language):
        assert spell_number(value, decimals) == text


def test_a_change_carries_its_sign():
    with override("it"):
        assert [spell_change(Decimal(value), 1) for value in ["0.2", "-0.2", "0"]] == ["+0,2", "−0,2", "0,0"]
