"""Point metric runs at the model `jobs.Job`. Its table is the same one, so no row changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0002_rename_job_table'),
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='metricrun',
                    name='job',
                    field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='metric_run', to='jobs.job'),
                ),
                migrations.DeleteModel(name='Job'),
            ],
        ),
    ]
