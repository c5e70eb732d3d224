from django.db import migrations

GROUPS = ["researcher", "coordinator"]


def create(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in GROUPS:
        group.objects.get_or_create(name=name)


def remove(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_invitations_and_history")]

    operations = [migrations.RunPython(create, remove)]
