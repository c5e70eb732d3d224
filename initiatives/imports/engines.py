"""What checks, loads and takes back the rows of a file.

Each engine has check(run, rows, by, progress), which stores an ImportedRow for each row and an ImportProblem
for all that is wrong; load(run, by, progress), which raises errors.Stale if a row would no longer come out as
reviewed; and undo(run, by, progress), which returns the numbers of the rows that it left as they are.
"""

from importlib import import_module

from initiatives.models import Subject

ENGINES = {
    Subject.LOG: "initiatives.imports.log_engine",
    Subject.ORGANISATIONS: "initiatives.imports.row_engine",
    Subject.INITIATIVES: "initiatives.imports.row_engine",
    Subject.BUDGET: "initiatives.imports.row_engine",
}


def engine_of(run):
    return import_module(ENGINES[run.subject])
