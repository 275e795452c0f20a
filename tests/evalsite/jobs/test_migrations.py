"""Jobs keep their rows, permissions and queue entries when their model moves from `runs` to `jobs`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from evalsite.jobs import queue
from evalsite.jobs.models import Job
from evalsite.runs.models import MetricRun

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE = [("runs", "0001_initial")]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old() -> Iterator[Any]:
    """The models before the move, with their tables."""
    yield MigrationExecutor(connection).migrate(BEFORE).apps
    migrate_forward()


def migrate_forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    ContentType.objects.clear_cache()


def make_old_job(old: Any) -> Any:
    return old.get_model("runs", "Job").objects.create(
        kind="sampling", title="Sample", arguments={"count": 9}, checkpoint={"images": [["ab", 1, 1]]},
        state="running", attempt=2, created_at=NOW,
    )  # fmt: skip


def old_content_type(old: Any) -> Any:
    return old.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="runs", model="job")[
        0
    ]


def test_a_job_keeps_its_progress_and_its_metric_run(old):
    job = make_old_job(old)
    sample_set = old.get_model("samples", "SampleSet").objects.create(
        name="s", kind="generated", created_at=NOW
    )
    run = old.get_model("runs", "MetricRun").objects.create(sample_set=sample_set, job=job, created_at=NOW)
    migrate_forward()
    kept = Job.objects.get()
    assert (kept.pk, kept.kind, kept.state, kept.attempt) == (job.pk, "sampling", "running", 2)
    assert (kept.arguments, kept.progress) == ({"count": 9}, {"images": [["ab", 1, 1]]})
    assert MetricRun.objects.get(pk=run.pk).job == kept
    kept.delete()
    assert MetricRun.objects.get(pk=run.pk).job is None
    assert Job.objects.create(kind="sampling", created_at=NOW).pk > job.pk, "numbers go on where they stood"


@pytest.mark.parametrize("made_early", [False, True], ids=["", "a site served pages before it was migrated"])
def test_permissions_and_log_entries_stay(old, made_early):
    content_type = old_content_type(old)
    permission, _ = old.get_model("auth", "Permission").objects.get_or_create(
        codename="view_job", content_type=content_type, defaults={"name": "Can view job"}
    )
    group = Group.objects.create(name="readers")
    group.permissions.add(permission.pk)
    user = User.objects.create_user("reader")
    user.groups.add(group)
    if made_early:
        old.get_model("contenttypes", "ContentType").objects.create(app_label="jobs", model="job")
    entry = old.get_model("admin", "LogEntry").objects.create(
        user_id=user.pk, content_type=content_type, object_id="1", action_flag=2
    )
    migrate_forward()
    assert User.objects.get().has_perm("jobs.view_job")
    assert not User.objects.get().has_perm("runs.view_job")
    moved = ContentType.objects.get_by_natural_key("jobs", "job")
    assert moved.pk == content_type.pk
    assert user.logentry_set.get().pk == entry.pk
    assert user.logentry_set.get().content_type == moved
    assert Permission.objects.get(pk=permission.pk).content_type == moved


def test_waiting_jobs_are_found_by_the_worker(old):
    job = make_old_job(old)
    entries = old.get_model("django_tasks_database", "DBTaskResult").objects
    asked = {"args": [], "kwargs": {"job_id": job.pk, "attempt": 2}}
    shared = {"args_kwargs": asked, "backend_name": "default", "run_after": NOW}
    entries.create(task_path="evalsite.runs.tasks.run_job", status="READY", **shared)
    entries.create(task_path="other.task", status="READY", **shared)
    entries.create(
        task_path="evalsite.runs.tasks.run_job", status="FAILED",
        exception_class_path="evalsite.runs.errors.LeaseLostError", **shared,
    )  # fmt: skip
    migrate_forward()
    assert queue.waiting() == {job.pk}
    paths = set(queue.DBTaskResult.objects.values_list("task_path", "exception_class_path"))
    assert paths == {
        ("evalsite.jobs.queue.run_job", ""),
        ("evalsite.jobs.queue.run_job", "evalsite.jobs.errors.LeaseLostError"),
        ("other.task", ""),
    }


def test_the_move_can_be_undone():
    job = Job.objects.create(kind="sampling", progress={"next": 3}, created_at=NOW)
    content_type = ContentType.objects.get_by_natural_key("jobs", "job")
    try:
        old = MigrationExecutor(connection).migrate(BEFORE).apps
        assert old.get_model("runs", "Job").objects.get(pk=job.pk).checkpoint == {"next": 3}
        assert ContentType.objects.get(pk=content_type.pk).app_label == "runs"
    finally:
        migrate_forward()
    assert Job.objects.get().progress == {"next": 3}
