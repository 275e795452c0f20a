"""What a study's admin page says above its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalsite.studies.models import Study, StudyVersion
from evalsite.studies.selectors import study_data
from evalsite.studies.services import has_unopened_changes, study_findings


@dataclass(frozen=True)
class StudyPanel:
    """A study's state in words.

    Args:
        study: The study.
        problems: What keeps it from being opened.
        warnings: What may be unwanted.
        facts: What the tasks say of their blocks.
        versions: Opened versions, newest first.
        changed: Whether it differs from the newest version.
        trials_per_session: Trials that one rater goes through.
    """

    study: Study
    problems: Sequence[str]
    warnings: Sequence[str]
    facts: Sequence[str]
    versions: Sequence[StudyVersion]
    changed: bool
    trials_per_session: int

    @property
    def ready(self) -> bool:
        """Whether it can be opened."""
        return not self.problems

    @property
    def live(self) -> bool:
        """Whether raters can come now."""
        return self.study.state == Study.State.OPEN

    @property
    def imported(self) -> bool:
        """Whether its judgements were collected elsewhere."""
        return self.study.source == Study.Source.IMPORTED

    @property
    def opening(self) -> str:
        """What the button that opens it is called; empty where there is nothing to open."""
        if self.imported or (self.live and not self.changed):
            return ""
        if self.live:
            return "Open as a new version"
        return "Open again" if self.versions else "Open"


def study_panel(study: Study) -> StudyPanel:
    """The panel of a study that is saved."""
    findings = study_findings(study)
    return StudyPanel(
        study=study,
        problems=findings.problems,
        warnings=findings.warnings,
        facts=findings.facts,
        versions=list(StudyVersion.objects.filter(study=study).opened().order_by("-number")),
        changed=has_unopened_changes(study),
        trials_per_session=study_data(study).trials_per_session,
    )
