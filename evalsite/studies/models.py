"""A study: its texts, its conditions, its blocks, and the versions that were frozen of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from evalsite.samples.models import SampleSet
from evalsite.studies import texts
from evalsite.studies.querysets import StudyVersionQuerySet

MAX_TRIALS = 5000
"""Most trials of one kind in a block; more than anybody sits through."""

REQUIRED_SHARE = (MinValueValidator(0.01), MaxValueValidator(1.0))
"""A required share of 0 would ask for nothing; leave it empty for that."""


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
        "name",
        max_length=80,
        unique=True,
        help_text="Short; names the study in its link, in commands and in files.",
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
    consent_text = models.TextField(
        "consent", default=texts.default_consent, help_text="What raters agree to before anything is shown."
    )
    instructions_text = models.TextField(
        "instructions",
        blank=True,
        default="",
        help_text=(
            "Empty: written from the tasks of the blocks; the preview shows it. In a text of your own, tell "
            "raters what share of the images is real: answers shift with what they expect."
        ),
    )
    debriefing_text = models.TextField(
        "debriefing", default=texts.default_debriefing, help_text="Shown with the completion code."
    )
    stimulus_px = models.PositiveIntegerField(
        "image size (pixels)",
        default=64,
        validators=[MinValueValidator(8), MaxValueValidator(1024)],
        help_text="Every image, real or generated, is re-encoded to this side length, 8 to 1024.",
    )
    display_px = models.PositiveIntegerField(
        "size on the screen (CSS pixels)",
        default=256,
        validators=[MinValueValidator(32), MaxValueValidator(1024)],
        help_text="Side length at which raters see an image, 32 to 1024.",
    )
    attention_share = models.FloatField(
        "required share of catch trials right",
        null=True,
        blank=True,
        validators=REQUIRED_SHARE,
        help_text=(
            "Raters who get a smaller share of all blocks' catch trials right are thanked, marked and left "
            "out of results. 0.01 to 1; empty requires none."
        ),
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
    name = models.CharField(max_length=80, help_text="As results and exports call it; raters never see it.")
    sample_set = models.ForeignKey(SampleSet, on_delete=models.PROTECT, related_name="conditions")
    position = models.PositiveIntegerField("order", default=0)

    class Meta:
        ordering: ClassVar = ["study", "position", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "name"], name="condition_name")]

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """Trials of one task with one set of params."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveIntegerField("order", default=0)
    task = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    trials_per_block = models.PositiveIntegerField(
        "scored trials", default=60, validators=[MinValueValidator(1), MaxValueValidator(MAX_TRIALS)]
    )
    practice_trials = models.PositiveIntegerField(
        default=4,
        validators=[MaxValueValidator(MAX_TRIALS)],
        help_text="First, with feedback; never counted.",
    )
    catch_trials = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(MAX_TRIALS)],
        help_text="Spread among the scored trials; they check attention.",
    )
    qualification_share = models.FloatField(
        "required share right (qualification)",
        null=True,
        blank=True,
        validators=REQUIRED_SHARE,
        help_text=(
            "Makes the block a qualification: raters must get at least this share right on real and on "
            "generated images, or their session ends here. It shows every rater all conditions evenly, and "
            "its trials are not part of the results. 0.01 to 1; HYPE requires 0.65; empty for other blocks."
        ),
    )

    class Meta:
        ordering: ClassVar = ["study", "position", "pk"]

    def __str__(self) -> str:
        return self.task


class StudyVersion(models.Model):
    """A protocol as it was when the study was opened; never changed afterwards.

    A preview stands on a version too: one of number 0 that was never opened and that goes with its sessions.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text="Counts from 1; 0 for a preview's.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the protocol and the code's version.")
    protocol = models.JSONField(help_text="Texts, conditions with manifest digests, blocks with full params.")
    code_version = models.CharField(max_length=80)
    opened_at = models.DateTimeField(null=True, help_text="Empty if it was only previewed.")

    objects = StudyVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["study", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "number"], condition=Q(number__gt=0), name="study_version_number"
            ),
            models.CheckConstraint(
                condition=Q(number=0, opened_at__isnull=True) | Q(number__gt=0, opened_at__isnull=False),
                name="study_version_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}" if self.number else "preview"
