"""Who answered what: participants, sessions, trials, responses."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from evalsite.studies.models import Study, StudyVersion
from evalsite.trials.querysets import FINISHED_STATES, ResponseQuerySet, SessionQuerySet, TrialQuerySet


class Participant(models.Model):
    """A person (or a simulation of one) as one study knows them; the platform's id stays in this table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="participants")
    recruiter = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200, blank=True, help_text="The platform's id; never exported.")
    created_at = models.DateTimeField()

    class Meta:
        permissions: ClassVar = [("view_external_id", "Can see the ids that platforms know raters by")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "recruiter", "external_id"],
                condition=~Q(external_id=""),
                name="participant_external_id",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Session(models.Model):
    """One sitting of one participant, on one version of a study."""

    class Kind(models.TextChoices):
        LIVE = "live", "live"
        PREVIEW = "preview", "preview"
        SIMULATED = "simulated", "simulated"
        IMPORTED = "imported", "imported"

    class State(models.TextChoices):
        ARRIVED = "arrived", "arrived"
        CONSENTED = "consented", "consented"
        READY = "ready", "device checked"
        RUNNING = "running", "running"
        COMPLETED = "completed", "completed"
        DECLINED = "declined", "declined consent"
        UNSUITABLE = "unsuitable", "device unsuitable"
        FAILED_QUALIFICATION = "failed_qualification", "failed the qualification"
        FAILED_ATTENTION = "failed_attention", "failed the attention check"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="sessions")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="sessions")
    version = models.ForeignKey(StudyVersion, on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.LIVE)
    state = models.CharField(max_length=24, choices=State.choices, default=State.ARRIVED)
    condition = models.CharField(
        max_length=80, blank=True, help_text="The one condition of this rater, where each sees one."
    )
    mirrored = models.BooleanField(
        default=False, help_text="Whether the rater has the second arrangement of keys; each goes to half."
    )
    seed = models.BigIntegerField()
    device = models.JSONField(default=dict, help_text="Browser, system, screen and refresh rate as measured.")
    recruitment = models.JSONField(default=dict, help_text="What the recruiter needs to end the sitting.")
    completion_code = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["created_at"]
        indexes: ClassVar = [models.Index(fields=["study", "kind", "state"], name="session_counting")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def keeps_tallies(self) -> bool:
        """Whether it is answered to the end and has tallies; results may still leave it out."""
        return self.kind != self.Kind.PREVIEW and self.state in FINISHED_STATES


class Trial(models.Model):
    """One planned trial of a session: what is shown, fixed before the rater sees it."""

    class Kind(models.TextChoices):
        SCORED = "scored", "scored"
        PRACTICE = "practice", "practice"
        CATCH = "catch", "catch"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="trials")
    position = models.PositiveIntegerField(
        help_text="Number in the session; within a block it is the order, repeats last."
    )
    block = models.PositiveIntegerField(help_text="Position of the block in the frozen protocol.")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    plan = models.JSONField(help_text="PlannedTrial: stimuli, truth, settings. Never sent to the client.")
    presentation = models.JSONField(
        null=True, help_text="How it is shown (a staircase's exposure); null until decided."
    )
    repeat_of = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="repeat",
        help_text="The trial whose exposure failed, shown again by this one.",
    )
    delivered_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was found that it can't be shown; it is not asked again."
    )
    set_aside_reason = models.CharField(
        max_length=300, blank=True, help_text="Why it can't be shown; empty if it can."
    )

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["session", "block", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "position"], name="trial_position")
        ]
        indexes: ClassVar = [
            # Few of very many: found and counted by reason without a look at the others.
            models.Index(
                fields=["set_aside_reason"], condition=Q(set_aside_at__isnull=False), name="trial_set_aside"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}#{self.position}"


class Response(models.Model):
    """A rater's answer to a trial, stored exactly once."""

    id = models.UUIDField(
        primary_key=True, editable=False, help_text="Made by the client, so that a retry is recognised."
    )
    trial = models.OneToOneField(Trial, on_delete=models.CASCADE, related_name="response")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="responses")
    version = models.ForeignKey(StudyVersion, on_delete=models.PROTECT, related_name="responses")
    answer = models.JSONField(help_text="As the task read it.")
    score = models.JSONField(help_text="The task's declared columns.")
    exposures = models.JSONField(
        default=list, help_text="One record a flash: planned and achieved frames, times, drops."
    )
    rt_ms = models.FloatField(null=True, help_text="From stimulus onset to the answer, milliseconds.")
    valid = models.BooleanField(default=True)
    invalid_reason = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, help_text="By the client's clock.")
    received_at = models.DateTimeField(help_text="By the server's clock.")

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["session", "trial"]
        # For who reads on from the last response seen.
        indexes: ClassVar = [models.Index(fields=["received_at", "id"], name="response_received")]

    def __str__(self) -> str:
        return str(self.id)


class Tally(models.Model):
    """What a session's answers to one block come to; results are made of these rows.

    A job writes them when a session that counts has ended. They follow from the trials and can be made again
    at any time: ``manage.py recount``.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tallies")
    block = models.PositiveIntegerField(help_text="Position of the block in the frozen protocol.")
    counts = models.JSONField(help_text="What the task's `count` made of the block's trials.")
    corrected_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a recount wrote it in place of others; empty if it is first.",
    )

    class Meta:
        verbose_name_plural = "tallies"
        ordering: ClassVar = ["session", "block"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["session", "block"], name="tally_block")]

    def __str__(self) -> str:
        return f"{self.session_id}, block {self.block + 1}"
