"""Imports on their way, and an engine that does what a test wants of it."""

from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from initiatives.models import ImportedRow, ImportRun
from tests import cast as people
from tests.places import city
from tests.projects import entry, initiative, kind
from will_portal.common.models import StoredFile

State = ImportRun.State
HEADINGS = "iniziativa;data;tipo di intervento;persone servite\n"
UNDERSTOOD = {"format": "csv", "columns": [], "totals": [], "rows": 1}


def enter_world():
    """The cast and a project; for tests that commit, since a worker writes on two connections."""
    return SimpleNamespace(**people.enter(), project=initiative("parma"), kind=kind(), city=city("parma"))


def upload(*lines, name="registro.csv"):
    content = HEADINGS + "".join(f"{line}\n" for line in lines)
    return SimpleUploadedFile(name, content.encode())


def line(world, people_served=5, day="10/03/2026"):
    return f"{world.project.code};{day};{world.kind.code};{people_served}"


def run_in(world, state, **fields):
    """Store an import by Parma's staff that has come as far as this state."""
    values = {"subject": "log", "city": world.city, "by": world.parma_staff, "understood": UNDERSTOOD}
    values |= {"file_name": "registro.csv", "digest": "f" * 64, "created_rows": 1, "rows": 1}
    if "file" not in fields:
        values["file"] = StoredFile.objects.store("registro.csv", [b"a;b\n"])
    if "plain" not in fields:
        values["plain"] = StoredFile.objects.store("plain.csv", [b"2,a\r\n"])
    if state in [State.LOADING, State.DONE, State.UNDOING, State.UNDONE]:
        values["confirmed_at"] = timezone.now()
    if state in [State.DONE, State.UNDOING, State.UNDONE]:
        values["done_at"] = timezone.now()
    if state == State.UNDOING:
        values["undone_by"] = world.parma_staff
    return ImportRun.objects.create(state=state, **values | fields)


class Engine:
    """Finds one new row in each file, loads one entry and keeps none."""

    def __init__(self, world):
        self.world = world

    def check(self, run, rows, by, progress):
        for number, _cells in rows:
            ImportedRow.objects.create(run=run, number=number, outcome="new", values={})

    def load(self, run, by, progress):
        entry(self.world.project, by)

    def undo(self, run, by, progress):
        return []
