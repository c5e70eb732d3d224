from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0002_indicators"),
    ]

    operations = [
        migrations.AddField(
            model_name="monthlytotal",
            name="people_with_new",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="people of entries that know the new people"
            ),
        ),
        migrations.AddField(
            model_name="monthlytotal",
            name="people_with_elsewhere",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="people of entries that know who lives elsewhere"
            ),
        ),
    ]
