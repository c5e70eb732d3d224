from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0004_emptied_tables")]

    operations = [
        # Marks live for seconds: without this their dead rows would be read again for each claim.
        migrations.RunSQL(
            "ALTER TABLE initiatives_changedmonth SET ("
            "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,"
            " autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 500)",
            "ALTER TABLE initiatives_changedmonth RESET ("
            "autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,"
            " autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        )
    ]
