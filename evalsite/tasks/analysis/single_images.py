"""Answered trials of one image each, counted: what deception rates, sensitivity and thresholds come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from evalsite.tasks.analysis.detection import Judgement
from evalsite.tasks.analysis.psychometric import Flash
from evalsite.tasks.protocol import PlannedTrial, ScoredTrial


def count_judgements(
    trials: Iterable[ScoredTrial], *, steered: bool
) -> tuple[Counter[Judgement], dict[str, Counter[Flash]]]:
    """The judgements and, if a staircase steered them, the flashes of each condition's staircases.

    Args:
        trials: Valid scored trials whose score has ``truth``, ``condition`` and ``correct``; read once.
        steered: Whether each belongs to the staircase that its settings name.
    """
    judgements: Counter[Judgement] = Counter()
    staircases: dict[str, Counter[Flash]] = {}
    for trial in trials:
        judgements[_judgement(trial)] += 1
        if steered:
            own = staircases.setdefault(trial.trial.settings["staircase"], Counter())
            own[_flash(trial)] += 1
    return judgements, staircases


def _judgement(trial: ScoredTrial) -> Judgement:
    real = trial.score["truth"] == "real"
    condition = _beside(trial.trial) if real else trial.score["condition"]
    return Judgement(trial.participant, condition, real, not trial.score["correct"])


def _beside(trial: PlannedTrial) -> str | None:
    """The one condition that a real image stands beside: its staircase's, or what an imported file names."""
    return trial.settings.get("staircase") or trial.settings.get("among")


def _flash(trial: ScoredTrial) -> Flash:
    shown_ms = None if trial.shown_ms is None else round(trial.shown_ms)
    asked_ms = trial.presentation["exposure_ms"]
    return Flash(trial.participant, asked_ms, shown_ms, bool(trial.score["correct"]), trial.block)
