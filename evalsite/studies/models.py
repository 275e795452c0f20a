"""A study: its texts, its conditions, its blocks, and the versions that were frozen of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from evalsite.samples.models import SampleSet


class Study(models.Model):
    """What raters are asked, about which images, in which words."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        OPEN = "open", "open"
        CLOSED = "closed", "closed"

    class Assignment(models.TextChoices):
        WITHIN = "within", "every rater sees all conditions"
        BETWEEN = "between", "every rater sees one condition"

    class Source(models.TextChoices):
        OWN = "own", "run on this site"
        IMPORTED = "imported", "judgements collected elsewhere"

    slug = models.SlugField(
        max_length=80, unique=True, help_text="Names the study in its link and in commands."
    )
    title = models.CharField(max_length=160, help_text="What raters read on the first page.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT, editable=False)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.OWN, editable=False)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    reference_set = models.ForeignKey(
        SampleSet,
        on_delete=models.PROTECT,
        related_name="studies_as_reference",
        limit_choices_to={"kind": "reference"},
    )
    assignment = models.CharField(max_length=8, choices=Assignment.choices, default=Assignment.WITHIN)
    consent_text = models.TextField()
    instructions_text = models.TextField()
    debriefing_text = models.TextField()
    stimulus_px = models.PositiveIntegerField(
        "image size (pixels)",
        default=64,
        help_text="Every image, real or generated, is re-encoded to this side length.",
    )
    display_px = models.PositiveIntegerField(
        "size on the screen (CSS pixels)", default=256, help_text="Side length at which raters see an image."
    )
    recruiter = models.CharField(max_length=40, default="open_link")
    recruiter_settings = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(
        default=0, help_text="Every rater's plan is drawn from this seed and the rater's own."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering: ClassVar = ["slug"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.slug


class Condition(models.Model):
    """One source of stimuli under comparison."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="conditions")
    name = models.CharField(max_length=80)
    sample_set = models.ForeignKey(SampleSet, on_delete=models.PROTECT, related_name="conditions")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["study", "position", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "name"], name="condition_name")]

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """Trials of one task with one set of params."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveIntegerField(default=0)
    task = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    trials_per_block = models.PositiveIntegerField("scored trials", default=60)
    practice_trials = models.PositiveIntegerField(default=4)
    catch_trials = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["study", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "position"], name="block_position")]

    def __str__(self) -> str:
        return f"{self.study_id}/{self.position} {self.task}"


class StudyVersion(models.Model):
    """A protocol as it was when the study was opened; never changed afterwards."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    protocol = models.JSONField(help_text="Texts, conditions with manifest digests, blocks with full params.")
    code_version = models.CharField(max_length=80)
    opened_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["study", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="study_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.study_id} v{self.number}"
