"""Stored responses as tasks read them: what estimates are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evalsite.studies.models import Study, StudyVersion
from evalsite.tasks.protocol import ScoredTrial
from evalsite.trials.models import Response, Session
from evalsite.trials.planning import from_json

CHUNK = 2000

SCORED_COLUMNS = (
    "trial__plan",
    "trial__presentation",
    "score",
    "valid",
    "session__participant_id",
    "rt_ms",
    "exposures",
)
"""What ``to_scored_trial`` takes, in its order."""


def scored_trials(
    study: Study, block: int, *, simulated: bool = False, version: StudyVersion | None = None
) -> Iterator[ScoredTrial]:
    """The valid scored trials of a block, from sessions answered to the end, streamed.

    Args:
        study: The study.
        block: Number of the block in the frozen protocol.
        simulated: Whether simulated raters count too.
        version: The one version to read; None for every version whose block asks the same of the same images
            as the newest, so that a corrected text does not split the data and a changed exposure does.
    """
    versions = [version] if version else comparable_versions(study, block, simulated=simulated)
    rows = (
        Response.objects.counted(simulated=simulated)
        .completed()
        .scored()
        .filter(session__study=study, version__in=versions, trial__block=block)
        .order_by("session__created_at", "session_id", "trial__position")
        .values_list(*SCORED_COLUMNS)
    )
    for row in rows.iterator(chunk_size=CHUNK):
        yield to_scored_trial(*row)


def comparable_versions(study: Study, block: int, *, simulated: bool = False) -> list[StudyVersion]:
    """The answered versions whose block at that number shows and asks the same as in the newest of them."""
    sessions = Session.objects.counted(simulated=simulated).filter(study=study)
    versions = list(study.versions.filter(sessions__in=sessions).distinct().order_by("number"))
    if not versions:
        return []
    newest = _shown(versions[-1].protocol, block)
    return [version for version in versions if _shown(version.protocol, block) == newest]


def to_scored_trial(  # noqa: PLR0917 - a row of the database, column by column
    plan: Mapping[str, Any],
    presentation: dict[str, Any] | None,
    score: Mapping[str, Any],
    valid: bool,
    participant_id: object,
    rt_ms: float | None,
    exposures: list[dict[str, Any]],
) -> ScoredTrial:
    """One stored response as tasks read it."""
    return ScoredTrial(
        trial=from_json(plan),
        presentation=presentation or {},
        score=score,
        valid=valid,
        participant=str(participant_id),
        rt_ms=rt_ms,
        shown_ms=exposures[0]["shown_ms"] if exposures else None,
    )


def _shown(protocol: Mapping[str, Any], block: int) -> Any:
    if block >= len(protocol["blocks"]):
        return None
    what = protocol["blocks"][block]
    sources = {c["name"]: c["manifest_digest"] for c in protocol["conditions"]}
    sizes = (protocol["stimulus_px"], protocol["display_px"])
    return what["task"], what["params"], sources, protocol["reference"]["manifest_digest"], sizes
