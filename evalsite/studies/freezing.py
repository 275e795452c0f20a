"""From a study to the protocol that a version keeps, and to its digest. Pure: same study, same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class SetData:
    """A sample set as a protocol names it.

    Args:
        id: Its key.
        name: Its name.
        kind: ``reference`` or ``generated``.
        manifest_digest: SHA-256 over its images; empty if they are not held here.
        count: Number of its images.
        formats: File formats that its images came in; empty if they were never files. Not part of a protocol.
        facts: Names of what is known of its images. Not part of a protocol.
    """

    id: int
    name: str
    kind: str
    manifest_digest: str
    count: int
    formats: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConditionData:
    """A condition and the sample set that it shows."""

    name: str
    sample_set: SetData


@dataclass(frozen=True)
class BlockData:
    """A block; its params may still lack defaults or be invalid."""

    task: str
    params: Mapping[str, Any]
    trials: int
    practice: int = 0
    catch: int = 0
    qualification_share: float | None = None


@dataclass(frozen=True)
class StudyData:
    """All that a protocol is made of, free of the database."""

    slug: str
    title: str
    texts: Mapping[str, str]
    assignment: str
    stimulus_px: int
    display_px: int
    seed: int
    recruiter: str
    reference: SetData
    conditions: Sequence[ConditionData]
    blocks: Sequence[BlockData]
    recruiter_settings: Mapping[str, Any] = field(default_factory=dict)
    attention_share: float | None = None

    @property
    def trials_per_session(self) -> int:
        """Trials that one rater goes through, practice and catch trials included."""
        return sum(block.trials + block.practice + block.catch for block in self.blocks)


def freeze(study: StudyData) -> Json:
    """The protocol as JSON; blocks' params are taken as they are given, so give them in full.

    What is not required has no key, so that protocols from before it could be are the same to the byte.
    """
    return {
        "study": study.slug,
        "title": study.title,
        "texts": dict(study.texts),
        "assignment": study.assignment,
        "stimulus_px": study.stimulus_px,
        "display_px": study.display_px,
        "seed": study.seed,
        "recruiter": study.recruiter,
        "recruiter_settings": dict(study.recruiter_settings),
        **_required("attention_share", study.attention_share),
        "reference": {"name": study.reference.name, **_frozen_set(study.reference)},
        "conditions": [
            {
                "name": condition.name,
                "set_name": condition.sample_set.name,
                **_frozen_set(condition.sample_set),
            }
            for condition in study.conditions
        ],
        "blocks": [
            {
                "task": block.task,
                "params": block.params,
                "trials": block.trials,
                "practice": block.practice,
                "catch": block.catch,
                **_required("qualification_share", block.qualification_share),
            }
            for block in study.blocks
        ],
    }


def digest(protocol: Mapping[str, Any], code_version: str) -> str:
    """SHA-256 over the protocol in canonical JSON (sorted keys, no spaces, UTF-8) and the code's version."""
    named = {"protocol": protocol, "code_version": code_version}
    canonical = json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _required(name: str, share: float | None) -> Json:
    return {} if share is None else {name: share}


def _frozen_set(sample_set: SetData) -> Json:
    return {
        "sample_set": sample_set.id,
        "manifest_digest": sample_set.manifest_digest,
        "count": sample_set.count,
    }
