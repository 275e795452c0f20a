"""What is judged and measured: checkpoints, sample sets and their images."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models

from evalsite.samples.querysets import SampleSetQuerySet

SHA256 = RegexValidator(r"^[0-9a-f]{64}$", "A SHA-256 digest has 64 lower-case hexadecimal digits.")


class Checkpoint(models.Model):
    """A generator's trained weights, stored by digest."""

    name = models.CharField(max_length=120, unique=True)
    sha256 = models.CharField(max_length=64, unique=True, validators=[SHA256])
    size_bytes = models.PositiveBigIntegerField()
    model = models.CharField("model", max_length=60, help_text="Name of the model in ganmodels' catalogue.")
    description = models.JSONField(
        default=dict, help_text="What the file says of itself: settings, recipe, data, seed, versions."
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class SampleSet(models.Model):
    """A fixed set of images from one source: real ones (reference) or a generator's."""

    class Kind(models.TextChoices):
        REFERENCE = "reference", "reference (real images)"
        GENERATED = "generated", "generated"

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    count = models.PositiveIntegerField(
        default=0, help_text="Number of images; 0 for a source whose images are not held here."
    )
    manifest_digest = models.CharField(
        max_length=64,
        blank=True,
        help_text="SHA-256 over the images' digests, labels and other facts, in order.",
    )
    fact_columns = models.JSONField(
        "facts",
        default=list,
        blank=True,
        help_text="Names of what is known of the images, such as label or prompt.",
    )
    checkpoint = models.ForeignKey(
        Checkpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="sample_sets"
    )
    seed = models.BigIntegerField(null=True, blank=True)
    settings = models.JSONField(
        default=dict, blank=True, help_text="How the images were sampled or converted."
    )
    origin = models.CharField(max_length=300, blank=True, help_text="Where the images come from, in words.")
    attribution = models.TextField(blank=True, help_text="Who is to be credited, and the licence.")
    created_at = models.DateTimeField()

    objects = SampleSetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class SampleImage(models.Model):
    """One image of a sample set; its bytes lie in the store under ``sha256``."""

    sample_set = models.ForeignKey(SampleSet, on_delete=models.CASCADE, related_name="images")
    position = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, validators=[SHA256])
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    label = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(
        default=dict, blank=True, help_text="What else is known of the image: a text by the fact's name."
    )
    source_name = models.CharField(max_length=300, blank=True)
    conversion = models.CharField(
        max_length=120, blank=True, help_text="The rule by which the file was converted; empty if none."
    )

    class Meta:
        ordering: ClassVar = ["sample_set", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample_set", "position"], name="sample_image_position"),
        ]

    def __str__(self) -> str:
        return f"{self.sample_set_id}#{self.position}"
