from django.db import migrations

# The version that still runs meanwhile writes the column; it goes when none does any more.
MAY_BE_EMPTY = "ALTER TABLE evaluation_releasedigest ALTER COLUMN release_id DROP NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0010_largest_as_told")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAY_BE_EMPTY, migrations.RunSQL.noop)],
            state_operations=[migrations.RemoveField("releasedigest", "release")],
        )
    ]
