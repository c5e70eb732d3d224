"""What is exported and imported again is unchanged, row by row."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from initiatives.models import Intervention, InterventionPeople
from tests.bodies import organisation
from tests.initiatives.imports.files import brought, content_of, exported, outcomes, problems
from tests.projects import entry

pytestmark = pytest.mark.django_db
FORMATS = ["csv", "xlsx"]
# Words that programs would run, shorten or take for something else.
TEXTS = [
    "=1+1",
    "'=1+1",
    "+39 02",
    "-5",
    "@home",
    "x;=1",
    "0012",
    "1/2",
    "a\nb",
    "«Caffè»; 'ora'",
    '"',
    "3,50",
]


@pytest.fixture
def varied(project, cast):
    """Entries of every shape that the form can make."""
    by = cast.parma_staff
    body = {"delivered_by": organisation("cooperativa"), "confirmed": False}
    for number, text in enumerate(TEXTS):
        entry(project, by, note=text, place=text.replace("\n", " "), reference=f"{number}-{text[:1]}")
    entry(project, by, hours=Decimal("1234.50"), cost=Decimal("1000000.05"), volunteer_hours=Decimal(0))
    entry(
        project, by, day=date(2026, 2, 1), whole_month=True, people_served=None, new_people=None, contacts=7
    )
    with_parts = entry(project, cast.partner_member, **body)
    for sex, people, new in [("F", 7, 0), ("M", 5, None)]:
        InterventionPeople.objects.create(
            intervention=with_parts, sex=sex, age_band="75+", citizenship="ITL", people=people, new_people=new
        )


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_an_export_imported_again_changes_nothing(file_format, language, varied, cast):
    by = cast.parma_staff
    by.language = language
    by.save()
    export = exported(by, file_format)
    with translation.override(language):
        run = brought(content_of(export), export.file.name, by=by)
    assert problems(run) == []
    assert outcomes(run) == ["unchanged"] * export.rows
    assert export.rows == Intervention.objects.count()


NOTES = st.text(alphabet=" '\"=+-@;,0aè＝\n", max_size=12).map(str.strip)


# Several in a file, since writing and reading one costs the most; alone, a note decides how the file is read.
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.lists(NOTES, min_size=1, max_size=8))
@example(notes=["="])
@example(notes=["a;=1\n'-2"])
def test_whatever_is_noted_comes_back_as_it_was(notes, project, cast):
    Intervention.objects.all().delete()
    for note in notes:
        entry(project, cast.parma_staff, note=note)
    for file_format in FORMATS:
        export = exported(cast.parma_staff, file_format)
        run = brought(content_of(export), export.file.name, by=cast.parma_staff)
        found = [row.values["note"] for row in run.imported.order_by("number")]
        assert outcomes(run) == ["unchanged"] * len(notes), (file_format, found)
