import unicodedata
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from initiatives.imports.lookups import (
    CodeWidget,
    FiscalCodeWidget,
    LookupWidget,
    ManyCodesWidget,
    labels_of,
)
from initiatives.imports.widgets import (
    MONTHS,
    AmountWidget,
    CountWidget,
    DayWidget,
    MonthWidget,
    TextWidget,
    YesNoWidget,
)
from initiatives.notes import refuse_personal_data
from thirdsector.codes import LegalForm, UserArea
from will_portal.common.tables.cells import typed
from will_portal.common.tables.escapes import escape

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
EPOCH = date(1899, 12, 30)
AMOUNTS = st.decimals(0, 10**11, places=2)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=30).map(
    # As every cell is read: some letters have two spellings.
    partial(unicodedata.normalize, "NFC")
)


@pytest.fixture(autouse=True)
def read_in_english(own_language):
    with translation.override("en"):
        yield


def dotted(number):
    return f"{number:,}".replace(",", ".")


def italian(amount):
    whole, rest = f"{amount:.2f}".split(".")
    return f"{dotted(int(whole))},{rest}"


def as_english(widget):
    widget.language = "en"
    return widget


def in_words(day):
    return f"{day.day} {MONTHS[day.month - 1][0]} {day.year}"


def refused(widget, cell):
    """Return what is said of a cell that cannot be read."""
    with pytest.raises(ValidationError) as told:
        widget.clean(cell)
    (message,) = told.value.messages
    return message


@given(st.integers(0, 10**9))
def test_a_count_is_read_in_every_spelling(number):
    spellings = [str(number), dotted(number), f" {number} ", f"{number},0", f"{number},00", typed(number)]
    spellings += [typed(float(number)), f'="{number}"', f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")]
    assert {CountWidget().clean(spelling) for spelling in spellings} == {number}


@given(st.integers(0, 10**9))
def test_an_english_file_has_commas_between_thousands(number):
    assert as_english(CountWidget()).clean(f"{number:,}") == number


@pytest.mark.parametrize("cell", ["12,5", "1,234", "1.23", "dodici", "12 o 13", "--", "\x1f12.5", "1.2345"])
def test_what_is_no_whole_number_is_refused(cell):
    assert refused(CountWidget(), cell) == "Write a whole number, for example 12."


@pytest.mark.parametrize("cell", ["-1", "\x1f-3", "−4"])
def test_a_negative_count_is_refused(cell):
    assert refused(CountWidget(), cell) == "Write zero or more."


def test_a_count_that_is_too_large_is_refused_in_the_words_of_the_model():
    assert refused(CountWidget(99, "Above 99 is surely a slip."), "100") == "Above 99 is surely a slip."


@given(AMOUNTS)
def test_an_amount_is_read_in_every_spelling(amount):
    spellings = [f"{amount:.2f}".replace(".", ","), italian(amount), f"€ {italian(amount)}", f"{amount:.2f}"]
    assert {AmountWidget(14, 2).clean(spelling) for spelling in spellings} == {amount}


@given(AMOUNTS)
def test_an_amount_of_an_english_file_is_read_with_commas_between_thousands(amount):
    assert as_english(AmountWidget(14, 2)).clean(f"{amount:,.2f}") == amount


@given(st.decimals(0, 10**9, places=2))
def test_a_typed_amount_is_read_without_the_noise_of_its_arithmetic(amount):
    assert AmountWidget(14, 2).clean(typed(float(amount) + 0.0)) == amount


@pytest.mark.parametrize("cell", ["1.234,567", "\x1f12.345"])
def test_an_amount_with_more_decimals_is_refused(cell):
    assert refused(AmountWidget(14, 2), cell).startswith("Write at most 2 decimals")


@pytest.mark.parametrize("cell", ["1,234.56", "12,5,6", "n.d.", "1234.567"])
def test_what_may_be_two_amounts_or_none_is_refused(cell):
    assert refused(AmountWidget(14, 2), cell).startswith("This cannot be read as one number")


def test_an_amount_with_too_many_digits_is_refused():
    assert refused(AmountWidget(8, 2), "1.000.000") == "This number is too large to be right: check it."


@given(DAYS)
def test_a_day_is_read_in_every_spelling(day):
    spellings = [
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day}/{day.month}/{day:%y}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%d/%m/%Y 00:00:00}",
        day.isoformat(),
        f"{day}T00:00:00",
        f"{day:%Y%m%d}",
        in_words(day),
        in_words(day).upper(),
        f"{day.day} {MONTHS[day.month - 1][1][:3]} {day.year}",
        f"{day.day}-{MONTHS[day.month - 1][0][:3]}-{day:%y}",
        f"lunedì {in_words(day)}",
        typed(day),
        typed((day - EPOCH).days),
        str((day - EPOCH).days),
    ]
    assert {DayWidget().clean(spelling) for spelling in spellings} == {day}


def test_the_day_comes_before_the_month():
    assert DayWidget().clean("03/04/2026") == date(2026, 4, 3)


@pytest.mark.parametrize("cell", ["12/31/2026", "31/02/2026", "2026-02-30", "0/1/2026", "30 febbraio 2026"])
def test_a_day_that_is_in_no_calendar_is_refused(cell):
    assert refused(DayWidget(), cell).startswith("There is no such day in the calendar")


@pytest.mark.parametrize(
    "cell",
    ["ieri", "03/2026", "3/4", "36525", "73051", "1/2/026", "01/03/2026 10:30", "\x1f12.5", "1-2/2026"],
)
def test_what_is_no_day_is_refused_with_an_example(cell):
    assert refused(DayWidget(), cell) == "Write a day as in 31/12/2026."


@given(DAYS)
def test_a_month_is_read_in_every_spelling(day):
    name, first = MONTHS[day.month - 1][0], day.replace(day=1)
    spellings = [f"{day:%m/%Y}", f"{day.month}/{day:%y}", f"{name} {day.year}", f"{name[:3]}-{day:%y}"]
    spellings += [f"{day:%Y-%m}", f"{first:%d/%m/%Y}", typed(first), f"{name.title()} {day.year}"]
    assert {MonthWidget().clean(spelling) for spelling in spellings} == {first}


@pytest.mark.parametrize("cell", ["13/2026", "02/03/2026", "\x1f2026-03-02", "primavera 2026", "2026"])
def test_what_is_no_month_is_refused_with_an_example(cell):
    assert refused(MonthWidget(), cell) == "Write a month as in 03/2026."


@pytest.mark.parametrize("cell", ["sì", "SI", "s", "Yes", "y", "X", "1", "vero", "TRUE", "\x1fTRUE", "\x1f1"])
def test_yes_is_read(cell):
    assert YesNoWidget().clean(cell) is True


@pytest.mark.parametrize("cell", ["no", "N", "0", "falso", "False", "\x1fFALSE", "\x1f0"])
def test_no_is_read(cell):
    assert YesNoWidget().clean(cell) is False


def test_neither_yes_nor_no_is_refused():
    assert refused(YesNoWidget(), "forse") == "Write yes or no."


def test_a_text_is_read_in_one_line():
    assert TextWidget(20).clean(" due \n righe ") == "due righe"


def test_a_text_that_is_too_long_is_refused_with_both_lengths():
    assert refused(TextWidget(3), "quattro") == "Write at most 3 characters: these are 7."


def test_a_text_is_refused_for_what_its_field_refuses():
    assert "telephone number" in refused(TextWidget(90, [refuse_personal_data]), "chiamare 333 1234567")


@given(WORDS)
def test_a_text_that_was_escaped_for_a_spreadsheet_comes_back(text):
    widget = TextWidget(100)
    assert widget.clean(escape(widget.render(text))) == text


@pytest.mark.parametrize(
    "widget", [TextWidget(9), CountWidget(), AmountWidget(9, 2), DayWidget(), YesNoWidget()]
)
@pytest.mark.parametrize("cell", ["", "  ", "\N{NO-BREAK SPACE}"])
def test_an_empty_cell_has_no_value(widget, cell):
    assert widget.clean(cell) in (None, "")


@pytest.mark.parametrize("widget", [TextWidget(9), CountWidget(), DayWidget(), FiscalCodeWidget()])
def test_a_formula_without_a_value_is_a_wrong_cell(widget):
    assert refused(widget, "\x1f=").startswith("This formula has no stored value")


def test_an_error_of_the_spreadsheet_is_a_wrong_cell():
    assert refused(CountWidget(), "\x1f#N/A").startswith("The spreadsheet program could not calculate")


@given(st.integers(0), AMOUNTS, DAYS, st.booleans())
def test_what_is_rendered_is_read_again(number, amount, day, answer):
    pairs = [(CountWidget(), number), (AmountWidget(14, 2), amount), (YesNoWidget(), answer)]
    pairs += [(DayWidget(), day), (MonthWidget(), day.replace(day=1))]
    assert [widget.clean(widget.render(value)) for widget, value in pairs] == [value for _, value in pairs]


@given(AMOUNTS, DAYS)
def test_what_json_keeps_comes_back(amount, day):
    pairs = [(AmountWidget(14, 2), amount), (DayWidget(), day), (MonthWidget(), day.replace(day=1))]
    assert [widget.restore(widget.store(value)) for widget, value in pairs] == [value for _, value in pairs]


def forms():
    return CodeWidget(lambda resource: labels_of(LegalForm.choices), aliases={"SOMS": ["mutuo soccorso"]})


@pytest.mark.parametrize("code", LegalForm.values)
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_code_is_read_by_its_name_in_either_language(code, language):
    name = labels_of(LegalForm.choices)[code][0 if language == "it" else -1]
    assert {forms().clean(cell) for cell in [code, code.lower(), name, name.upper(), f"{code} {name}"]} == {
        code
    }


def test_a_code_is_read_by_another_name():
    assert forms().clean("Mutuo-Soccorso") == "SOMS"


def test_an_unknown_value_is_refused_with_those_that_come_near():
    assert "“Foundation”" in refused(forms(), "Foundatoin")


def test_a_value_that_is_near_to_none_is_refused_with_all_that_are_accepted():
    assert refused(forms(), "zzzz").endswith(
        "write one of ASSNR, ASSR, FOND, COOPSA, COOPSB, CONS, SRLIS, SOMS, ENTREL, PA, ALTRO."
    )


def areas():
    return ManyCodesWidget(lambda resource: labels_of(UserArea.choices))


@given(st.lists(st.sampled_from(UserArea.values), unique=True), st.sampled_from([" ", ", ", "; ", "|", "\n"]))
def test_several_codes_are_read_whatever_divides_them(codes, mark):
    assert areas().clean(mark.join(codes)) == sorted(codes)


@given(st.lists(st.sampled_from(UserArea.choices), unique=True))
def test_several_names_are_read_although_they_hold_commas(choices):
    assert areas().clean(", ".join(str(label) for _, label in choices)) == sorted(code for code, _ in choices)


def test_one_unknown_name_among_several_is_refused():
    assert "not known" in refused(areas(), "FAM, astronauti, DIS")


def lookup():
    things = [("A", ["A", "Casa", "Dimora"]), ("B", ["B", "Casa"])]
    return LookupWidget(lambda resource: things, "Unknown thing.", code_of=str)


def test_a_thing_is_found_by_code_or_name():
    assert [lookup().clean(cell) for cell in ["a", "dimora", "DIMORA ", "A Casa"]] == ["A", "A", "A", "A"]


def test_an_unknown_thing_is_refused():
    assert refused(lookup(), "Altro") == "Unknown thing."


def test_a_name_of_two_things_is_refused_with_their_codes():
    assert refused(lookup(), "casa") == "Several are called so: write one of the codes A, B."


@pytest.mark.parametrize(
    "cell",
    ["00000019992", "19992", "\x1f19992", "IT00000019992", '="00000019992"', "000000 19992", "19992,0"],
)
def test_lost_zeros_of_a_fiscal_code_come_back(cell):
    assert FiscalCodeWidget().clean(cell) == "00000019992"


def test_the_tax_code_of_a_person_is_refused_with_the_reason():
    assert refused(FiscalCodeWidget(), "RSSMRA80A01G337X").startswith("This is the tax code of a person")


@pytest.mark.parametrize("cell", ["9,3004E+10", "9.30035E+10"])
def test_a_code_that_a_spreadsheet_has_shortened_is_refused_with_the_reason(cell):
    assert refused(FiscalCodeWidget(), cell).startswith("A spreadsheet has shortened this number")


@pytest.mark.parametrize("cell", ["12345678901", "1234", "ignoto"])
def test_digits_that_do_not_fit_together_are_refused(cell):
    assert refused(FiscalCodeWidget(), cell)


def test_what_is_wrong_is_said_in_italian_to_whoever_reads_italian():
    with translation.override("it"):
        assert refused(CountWidget(), "-1") == "Scrivi zero o un numero maggiore."
