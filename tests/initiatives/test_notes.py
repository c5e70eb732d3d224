import time

import pytest
from django.core.exceptions import ValidationError

from initiatives.notes import refuse_identities, refuse_personal_data


@pytest.mark.parametrize(
    "text",
    [
        "RSSMRA80A01F205X",
        "colloquio con rssmra80a01f205x, poi pranzo",
        "Colloquio con RSS MRA 80A01 F205X",
        "cf rss mra 80a01 f205x presente",
        "RSS-MRA-80A01-F205X",
        "RSSMRA80A\u200b01F205X",
        "ＲＳＳＭＲＡ８０Ａ０１Ｆ２０５Ｘ",
        "RSSMRAULALMFNLRX",
        "cfRSSMRA80A01F205X1",
        "RSS, MRA, 80A01, F205X",
        "RSSMRA٨٠A٠١F٢٠٥X",
    ],
)
def test_a_tax_code_is_found_however_it_is_written(text):
    with pytest.raises(ValidationError, match="tax code|codice fiscale"):
        refuse_identities(text)


@pytest.mark.parametrize(
    "text",
    [
        "333 1234567",
        "chiamare 12 333 1234567",
        "3331234567",
        "+39 333 123 45 67",
        "0039.333.1234567",
        "0521/123456",
        "tel. 02 12345678",
        "333.12.34.567",
        "+33 6 12 34 56 78",
        "３３３１２３４５６７",
        "333 – 123 – 4567",
        "n. 5 333 1234567",
    ],
)
def test_a_telephone_number_is_found_however_it_is_written(text):
    with pytest.raises(ValidationError, match="telephone|telefono"):
        refuse_personal_data(text)


@pytest.mark.parametrize(
    "text", ["scrivere a nome@comune.example", "NOME@COMUNE.EXAMPLE", "nome (at) comune.example"]
)
def test_an_e_mail_address_is_found(text):
    with pytest.raises(ValidationError, match="e-mail"):
        refuse_personal_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rinvio al 03/11/2026",
        "Dal 3.11.2026 al 10.11.2026",
        "Protocollo 0012345/2026",
        "Turni: 3 10 12 14 15",
        "Ore 09.30-12.30",
        "Ore 9:00-12:00 e 14:00-18:30",
        "via Roma 12, 43121 Parma",
        "10 persone il 03/04/2026, 12 il 04/04/2026",
        "CUP G17H03000130001",
        "CIG 7801234567",
        "IBAN IT60X0542811101000000123456",
        "Spesa di 1.234,56 euro",
        "2026-03-10: sala piena",
        "Portineria di via dei Tigli 3",
        "30/11/2026 10 persone",
        "€ 350.000.000",
        "32 12 45 18 22 presenze",
        "33 33 33 333 pasti",
        "P.IVA 01234567890",
        "C.F. ente 00191830346",
    ],
)
def test_what_offices_write_every_day_is_not_refused(text):
    refuse_personal_data(text)


def test_a_text_of_any_length_is_read_at_once():
    start = time.perf_counter()
    refuse_personal_data("a" * 2_000_000)
    refuse_personal_data("3" * 2_000_000)
    assert time.perf_counter() - start < 1
