"""Take over the model of jobs from the room `runs`, whose migrations made the table `jobs_job`."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('runs', '0002_rename_job_table'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(help_text="Name of a file in a room's folder job_kinds.", max_length=20)),
                        ('title', models.CharField(help_text='What is done, in words.', max_length=300)),
                        ('arguments', models.JSONField(default=dict)),
                        ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10)),
                        ('attempt', models.PositiveIntegerField(default=0, help_text='How often a worker took it up; a worker of an earlier attempt can change nothing more.')),
                        ('expiries', models.PositiveSmallIntegerField(default=0, help_text='Workers that vanished since the last step done.')),
                        ('lease_owner', models.CharField(blank=True, help_text='Its machine and process.', max_length=80, verbose_name='worker')),
                        ('lease_until', models.DateTimeField(blank=True, null=True)),
                        ('progress', models.JSONField(default=dict, help_text='Where the next attempt goes on.')),
                        ('done_units', models.PositiveIntegerField(default=0)),
                        ('total_units', models.PositiveIntegerField(default=0)),
                        ('message', models.CharField(blank=True, max_length=200)),
                        ('cancel_requested', models.BooleanField(default=False)),
                        ('error', models.TextField(blank=True)),
                        ('result', models.JSONField(blank=True, default=dict, help_text='The row that came of it: model and key.')),
                        ('created_at', models.DateTimeField()),
                        ('started_at', models.DateTimeField(blank=True, null=True)),
                        ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-created_at', '-pk'],
                        'indexes': [models.Index(fields=['state', 'lease_until'], name='job_reaping')],
                    },
                ),
            ],
        ),
    ]
