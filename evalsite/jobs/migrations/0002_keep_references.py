"""Move what refers to jobs by name: the content type, with its permissions and log entries, and the queue."""

from django.db import migrations

PATHS = {
    'task_path': ('evalsite.runs.tasks.run_job', 'evalsite.jobs.queue.run_job'),
    'exception_class_path': ('evalsite.runs.errors.LeaseLostError', 'evalsite.jobs.errors.LeaseLostError'),
}


def move_to_jobs(apps, schema_editor):
    move_content_type(apps, schema_editor, 'runs', 'jobs')
    for field, (old, new) in PATHS.items():
        rewrite_queue(apps, schema_editor, field, old, new)


def move_to_runs(apps, schema_editor):
    move_content_type(apps, schema_editor, 'jobs', 'runs')
    for field, (old, new) in PATHS.items():
        rewrite_queue(apps, schema_editor, field, new, old)


def move_content_type(apps, schema_editor, source, target):
    """Rename the row, so that permissions of groups and users and the admin's log still point at it."""
    rows = apps.get_model('contenttypes', 'ContentType').objects.using(schema_editor.connection.alias)
    old = rows.filter(app_label=source, model='job')
    if old.exists():
        # A site that served pages before it was migrated may have made the new row; nothing uses it yet.
        rows.filter(app_label=target, model='job').delete()
        old.update(app_label=target)


def rewrite_queue(apps, schema_editor, field, old, new):
    entries = apps.get_model('django_tasks_database', 'DBTaskResult').objects
    entries.using(schema_editor.connection.alias).filter(**{field: old}).update(**{field: new})


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0001_initial'),
        ('runs', '0003_hand_job_over'),
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('django_tasks_database', '0021_conditional_partial_index_ordering'),
    ]

    operations = [
        migrations.RunPython(move_to_jobs, move_to_runs),
    ]
