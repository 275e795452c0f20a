"""What goes over the wire about a trial: no truth, no condition, no file's name. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evalsite.studies.planning import FrozenBlock
from evalsite.tasks.protocol import PlannedTrial
from evalsite.trials.quality import least_side_px

Json = dict[str, Any]

SHOWN_KINDS = {"practice": "practice", "scored": "scored", "catch": "scored"}
"""The kind a client is told: a catch trial that says so catches nobody."""

NameSlot = Callable[[int], str]
"""From the index of a stimulus within its trial to its address."""


def image_urls(trial: PlannedTrial, url_of: NameSlot) -> dict[str, str]:
    """The address of each stimulus, by slot."""
    return {stimulus.slot: url_of(index) for index, stimulus in enumerate(trial.stimuli)}


def build_payload(
    block: FrozenBlock, trial: PlannedTrial, presentation: Json, urls: Mapping[str, str], *, display_px: int
) -> Json:
    """The task's payload, with what the host decides for every task alike."""
    least_px = least_side_px(display_px, block.task.side_by_side)
    payload = block.task.payload(block.params, trial, presentation, urls)
    return {**payload, "display_px": display_px, "least_px": least_px}


def describe_trial(
    block: FrozenBlock,
    position: int,
    trial: PlannedTrial,
    presentation: Json | None,
    url_of: NameSlot,
    *,
    display_px: int,
) -> Json:
    """A trial as ``GET block`` hands it out; the payload is null while it depends on earlier answers."""
    urls = image_urls(trial, url_of)
    payload = (
        None
        if presentation is None
        else build_payload(block, trial, presentation, urls, display_px=display_px)
    )
    return {
        "trial": position,
        "kind": SHOWN_KINDS[trial.kind],
        "images": list(urls.values()),
        "payload": payload,
    }
