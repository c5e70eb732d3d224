from django.db import migrations

TABLES = ["partner", "budgetline", "stagechange", "intervention"]


def same_city(table):
    """A row's city is its initiative's: the database checks the pair, and carries a change of city along.

    At once and not at the end of the transaction, where no form could tell what is wrong.
    """
    name = f"initiatives_{table}_same_city"
    return migrations.RunSQL(
        f"ALTER TABLE initiatives_{table} ADD CONSTRAINT {name}"
        " FOREIGN KEY (initiative_id, city_id) REFERENCES initiatives_initiative (id, city_id)"
        " ON UPDATE CASCADE",
        f"ALTER TABLE initiatives_{table} DROP CONSTRAINT {name}",
    )


# Not deferrable either: a breakdown that came before its entry would escape the check against its total.
OF_ENTRIES = migrations.RunSQL(
    "ALTER TABLE initiatives_interventionpeople ADD CONSTRAINT initiatives_interventionpeople_entry"
    " FOREIGN KEY (intervention_id) REFERENCES initiatives_intervention (id)",
    "ALTER TABLE initiatives_interventionpeople DROP CONSTRAINT initiatives_interventionpeople_entry",
)


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0001_initial")]

    operations = [*(same_city(table) for table in TABLES), OF_ENTRIES]
