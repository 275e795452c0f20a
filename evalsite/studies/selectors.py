"""What other rooms read of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Min
from django.db.models.functions import Least

from evalsite.samples.models import SampleImage, SampleSet
from evalsite.samples.selectors import image_facts
from evalsite.studies.freezing import BlockData, ConditionData, SetData, StudyData
from evalsite.studies.models import Study
from evalsite.studies.planning import Facts, needed_facts
from evalsite.studies.texts import instructions_for
from evalsite.tasks.protocol import REAL


def study_data(study: Study) -> StudyData:
    """The study as it is set up now, free of the database."""
    blocks = [
        BlockData(
            task=block.task,
            params=block.params,
            trials=block.trials_per_block,
            practice=block.practice_trials,
            catch=block.catch_trials,
            qualification_share=block.qualification_share,
        )
        for block in study.blocks.order_by("position", "pk")
    ]
    return StudyData(
        slug=study.slug,
        title=study.title,
        texts={
            "consent": study.consent_text,
            "instructions": study.instructions_text or instructions_for(blocks),
            "debriefing": study.debriefing_text,
        },
        assignment=study.assignment,
        stimulus_px=study.stimulus_px,
        display_px=study.display_px,
        seed=study.seed,
        recruiter=study.recruiter,
        recruiter_settings=study.recruiter_settings,
        attention_share=study.attention_share,
        reference=_set_data(study.reference_set),
        conditions=[
            ConditionData(condition.name, _set_data(condition.sample_set))
            for condition in study.conditions.select_related("sample_set").order_by("position", "name")
        ],
        blocks=blocks,
    )


def image_sides(study: Study) -> dict[int, tuple[int, int]]:
    """By each of the study's sample sets, the shorter side of its smallest and its largest image, pixels."""
    sets = [study.reference_set_id, *study.conditions.values_list("sample_set_id", flat=True)]
    side = Least("width_px", "height_px")
    images = SampleImage.objects.filter(sample_set__in=sets).order_by().values("sample_set_id")
    rows = images.annotate(low=Min(side), high=Max(side)).values_list("sample_set_id", "low", "high")
    return {sample_set: (low, high) for sample_set, low, high in rows}


def load_facts(protocol: Mapping[str, Any]) -> Facts:
    """The facts of images that tasks of the protocol need, as `plan_session` takes them."""
    if not (names := needed_facts(protocol)):
        return {}
    sets = {condition["name"]: condition["sample_set"] for condition in protocol["conditions"]}
    sets[REAL] = protocol["reference"]["sample_set"]
    return {condition: image_facts(sample_set, names) for condition, sample_set in sets.items()}


def _set_data(sample_set: SampleSet) -> SetData:
    return SetData(
        id=sample_set.pk,
        name=sample_set.name,
        kind=sample_set.kind,
        manifest_digest=sample_set.manifest_digest,
        count=sample_set.count,
        formats=tuple(sample_set.settings.get("formats", ())),
        facts=tuple(sample_set.fact_columns),
    )
