"""The file of a release as somebody reads it, with what it is to hold."""

import csv
from datetime import date
from io import StringIO

from django.urls import reverse

from tests.evaluation.dashboard_recount import Recount
from tests.evaluation.questions import READERS
from tests.evaluation.recount_rows import LENGTHS, code_of, month_after, months_of

MONTHS_OF = {
    code_of(months): months
    for first in months_of(date(2025, 1, 1), date(2026, 12, 1))
    for length in LENGTHS.values()
    if (first.month - 1) % length == 0
    for months in [months_of(first, month_after(first, length - 1))]
}


class TidyFile:
    """All is asked for at once: nothing here asks the database later."""

    def __init__(self, logs, reader, client):
        _own, sees_all = READERS[reader]
        response = client.get(reverse("releases:data_csv", args=[1]))
        self.rows = list(csv.DictReader(StringIO(response.getvalue().decode())))
        self.recounts = {
            code: Recount({"indicator": code}, *logs, set(), sees_all)
            for code in {row["indicator"] for row in self.rows}
        }
