"""Instructions that are left empty are written from the tasks of the blocks."""

from django.db import migrations, models

FORMER_DEFAULT = "\n\n".join(
    (
        "Half of the images are real, and half were made by a computer, in random order.",
        "Look at the middle of the screen. The image appears there, sometimes only for an instant. Then "
        "answer with the keys or buttons that are shown. Go by your first impression; if you are not sure, "
        "guess.",
        "You start with a few practice trials that tell you whether you were right. Keep this window in "
        "front, and sit so that you see the screen well.",
    )
)
"""What every study started with, whatever its tasks were."""


def empty_former_default(apps, schema_editor):
    """Drafts get instructions from their tasks; texts of opened studies stay as raters read them."""
    study = apps.get_model("studies", "Study")
    study.objects.filter(state="draft", instructions_text=FORMER_DEFAULT).update(instructions_text="")


class Migration(migrations.Migration):
    dependencies = [("studies", "0003_qualification_help")]

    operations = [
        migrations.AlterField(
            model_name="study",
            name="instructions_text",
            field=models.TextField(
                verbose_name="instructions",
                blank=True,
                default="",
                help_text=(
                    "Empty: written from the tasks of the blocks; the preview shows it. In a text of your own, "
                    "tell raters what share of the images is real: answers shift with what they expect."
                ),
            ),
        ),
        migrations.RunPython(empty_former_default, migrations.RunPython.noop),
    ]
