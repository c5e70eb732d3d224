from django.db import migrations

# What was summed before knows nothing of the new columns: the sweep sums every month of every initiative anew,
# while people go on reading and writing.
MARK_ALL = """
    INSERT INTO initiatives_changedmonth (initiative_id, month)
    SELECT DISTINCT initiative_id, month FROM evaluation_monthlytotal"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_shares")]

    operations = [migrations.RunSQL(MARK_ALL, migrations.RunSQL.noop)]
