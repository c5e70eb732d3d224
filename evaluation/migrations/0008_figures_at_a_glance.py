from django.db import migrations, models

HELD = ("since", "until", "is_published", "waits", "counts")


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0007_figures_by_depth")]

    operations = [
        migrations.RemoveIndex(model_name="releasedfigure", name="evaluation_figure_depth"),
        migrations.AddIndex(
            model_name="releasedfigure",
            index=models.Index(
                condition=models.Q(("depth__lte", 1)),
                fields=["family", "initiative", "first"],
                include=("last", "city", *HELD, "depth", "is_divided"),
                name="evaluation_figure_shallow",
            ),
        ),
        migrations.AddIndex(
            model_name="releasedfigure",
            index=models.Index(
                condition=models.Q(("depth", 2)),
                fields=["family", "kind", "initiative"],
                include=("first", "last", "city", *HELD),
                name="evaluation_figure_kind",
            ),
        ),
    ]
