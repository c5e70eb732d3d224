from initiatives.actions.log import clear_words
from initiatives.models import ImportedRow, ImportRun
from tests.projects import entry, initiative
from will_portal.common.models import StoredFile


def imported(cast, parma, target):
    file = StoredFile.objects.store("registro.csv", [b"note\nCon il signor Rossi\n"])
    run = ImportRun.objects.create(
        subject="log", city=parma, by=cast.parma_staff, file_name="registro.csv", file=file
    )
    before = {"note": "Con la famiglia Rossi", "_row": {"note": "Con la famiglia Rossi", "people_served": 3}}
    values = {"note": "Con il signor Rossi", "people_served": 4}
    return ImportedRow.objects.create(
        run=run, number=2, outcome="changed", target=target, version=1, values=values, before=before
    )


def test_words_taken_out_of_an_entry_leave_the_rows_and_files_it_came_with(cast, parma):
    named = entry(initiative("parma"), cast.parma_staff, note="Con il signor Rossi")
    row = imported(cast, parma, named.public_id)
    clear_words(entry=named, by=cast.parma_lead)
    row.refresh_from_db()
    assert row.values == {"note": "", "people_served": 4}
    assert row.before == {"note": "", "_row": {"note": "", "people_served": 3}}
    assert not StoredFile.objects.exists()


def test_other_imports_keep_their_words_and_files(cast, parma):
    named, other = (entry(initiative("parma"), cast.parma_staff, note="Una nota") for _ in range(2))
    row = imported(cast, parma, other.public_id)
    clear_words(entry=named, by=cast.parma_lead)
    row.refresh_from_db()
    assert row.values["note"] == "Con il signor Rossi"
    assert StoredFile.objects.get().name == "registro.csv"
