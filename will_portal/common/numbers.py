from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

# As wide as a digit, and read out as "minus", unlike the hyphen.
MINUS = "\N{MINUS SIGN}"


def spell_number(value, decimals=0):
    """Return the number as the page's language writes it: 1.234,5 or 1,234.5. Never use it for years.

    Said explicitly where it is wanted, since the setting that does it everywhere would put dots into years.
    """
    # Django would cut the digits off. Adding zero turns a rounded -0.0 into 0.0.
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0
    return number_format(rounded, decimals, use_l10n=True, force_grouping=True).replace("-", MINUS)


def spell_change(value, decimals=0):
    """Return the number with its sign, also in front of what has grown."""
    text = spell_number(value, decimals)
    return f"+{text}" if value > 0 else text
