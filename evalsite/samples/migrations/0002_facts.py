"""Facts of images beside their labels; sets that have labels already say so."""

from typing import Any

from django.db import migrations, models


def name_labels(apps: Any, _schema_editor: Any) -> None:
    """Give the sets with labelled images their one column."""
    labelled = apps.get_model("samples", "SampleImage").objects.exclude(label="").order_by()
    sets = apps.get_model("samples", "SampleSet").objects
    sets.filter(pk__in=labelled.values("sample_set_id")).update(fact_columns=["label"])


class Migration(migrations.Migration):

    dependencies = [("samples", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="sampleimage",
            name="facts",
            field=models.JSONField(blank=True, default=dict, help_text="What else is known of the image: a text by the fact's name."),
        ),
        migrations.AddField(
            model_name="sampleset",
            name="fact_columns",
            field=models.JSONField(blank=True, default=list, help_text="Names of what is known of the images, such as label or prompt.", verbose_name="facts"),
        ),
        migrations.AlterField(
            model_name="sampleset",
            name="manifest_digest",
            field=models.CharField(blank=True, help_text="SHA-256 over the images' digests, labels and other facts, in order.", max_length=64),
        ),
        migrations.RunPython(name_labels, migrations.RunPython.noop),
    ]
