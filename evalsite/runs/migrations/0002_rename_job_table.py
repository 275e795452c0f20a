"""Rename the table and the field of jobs, before the model moves to its own room (jobs 0001)."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelTable(name='job', table='jobs_job'),
        migrations.RenameField(model_name='job', old_name='checkpoint', new_name='progress'),
    ]
