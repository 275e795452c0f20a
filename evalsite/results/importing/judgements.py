"""Files of judgements in two layouts, read into one shape. Pure but for the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from evalsite.results.errors import ImportFileError
from evalsite.results.importing.source_file import Line, SourceFile
from evalsite.suggestions import did_you_mean
from evalsite.tasks.protocol import REAL
from evalsite.trials.services import ImportedJudgement

TRUTHS = ("real", "generated")
LONGEST_CONDITION = 80
LONGEST_PARTICIPANT = 200
LONGEST_STIMULUS = 300
WHOLE = 1e-6
"""How far a count that was computed from a rate may lie from a whole number."""

Read = Callable[["JudgementFile", Line], Iterator[ImportedJudgement]]


@dataclass(frozen=True)
class Layout:
    """How a file holds judgements: the columns that it must and may have, and how a line is read."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Read


@dataclass(frozen=True)
class JudgementFile:
    """Judgements of others, one shape whatever the layout.

    Args:
        source: The file.
        layout: ``long`` (a line a judgement) or ``rates`` (a line a rater, with two error rates).
        columns: Which column of the file has which meaning, where the names differ.
        trials_per_truth: In ``rates``, how many real and how many generated images each rater judged.
    """

    source: SourceFile
    layout: str = "long"
    columns: Mapping[str, str] = field(default_factory=dict)
    trials_per_truth: int = 100

    def check(self) -> None:
        """Raise ``ImportFileError`` unless the columns can be what they are said to be."""
        layout = LAYOUTS[self.layout]
        known = [*layout.required, *layout.optional]
        for meaning in self.columns:
            if meaning not in known:
                hint = did_you_mean(meaning, known)
                raise ImportFileError(f"no column of the {self.layout} layout means {meaning!r}; {hint}")
        self.source.require([self.column(meaning) for meaning in (*layout.required, *self.columns)])
        for column, meanings in self._meanings(known).items():
            if len(meanings) > 1:
                raise ImportFileError(
                    f"the column {column!r} would mean {' and '.join(meanings)}; "
                    "give as MEANING=COLUMN which column means which"
                )

    def _meanings(self, known: Sequence[str]) -> dict[str, list[str]]:
        """What each column is said to mean."""
        found: dict[str, list[str]] = {}
        for meaning in known:
            found.setdefault(self.column(meaning), []).append(meaning)
        return found

    def judgements(self) -> Iterator[tuple[int, ImportedJudgement]]:
        """Line number and judgement, read anew at each call. Raises ``ImportFileError`` naming the line."""
        read = LAYOUTS[self.layout].read
        for line in self.source.lines():
            for judgement in read(self, line):
                yield line.number, judgement

    def column(self, meaning: str) -> str:
        """The file's name of the column with that meaning."""
        return self.columns.get(meaning, meaning)

    def has(self, line: Line, meaning: str) -> bool:
        """Whether the line says anything under an optional column."""
        return bool(line.cells.get(self.column(meaning)))

    def text(self, line: Line, meaning: str, longest: int) -> str:
        """A cell that must not be empty nor too long."""
        value = line.cells[self.column(meaning)]
        if not 0 < len(value) <= longest:
            raise self.source.error(
                line.number, f"{meaning} has {len(value)} characters; expected 1 to {longest}"
            )
        return value


@dataclass
class Survey:
    """What a file holds, from a first reading.

    Args:
        conditions: Names of the conditions, in order of appearance, with how often each was judged.
        home: For each participant, the condition whose images they judged first.
        seen: Conditions that each participant judged.
        trials: Judgements of each participant.
    """

    conditions: Counter[str] = field(default_factory=Counter)
    home: dict[str, str] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    trials: Counter[str] = field(default_factory=Counter)

    @cached_property
    def between(self) -> bool:
        """Whether every rater saw one condition only; asked once the whole file was read."""
        return all(len(conditions) <= 1 for conditions in self.seen.values())

    def place(self, judgement: ImportedJudgement) -> ImportedJudgement:
        """The judgement of a real image beside the condition that its rater saw, if the file names none.

        Of a rater who saw several it stands beside them all, and its condition is empty.
        """
        if judgement.condition not in {"", REAL}:
            return judgement
        home = self.home.get(judgement.participant) or next(iter(self.conditions))
        return replace(judgement, condition=home if self.between else "")


def survey(file: JudgementFile) -> Survey:
    """Read the whole file once. Raises ``ImportFileError`` at the first line that can't be right."""
    found = Survey()
    for _, judgement in file.judgements():
        found.trials[judgement.participant] += 1
        if judgement.condition not in {"", REAL}:
            found.conditions[judgement.condition] += 1
            found.home.setdefault(judgement.participant, judgement.condition)
            found.seen.setdefault(judgement.participant, set()).add(judgement.condition)
    if not found.conditions:
        raise ImportFileError(
            f"{file.source.name} holds no judgement of a generated image; nothing was imported"
        )
    return found


def _read_long(file: JudgementFile, line: Line) -> Iterator[ImportedJudgement]:
    participant = file.text(line, "participant", LONGEST_PARTICIPANT)
    truth, answer = (_choice(file, line, meaning) for meaning in ("truth", "answer"))
    condition = line.cells[file.column("condition")]
    if truth == "generated":
        condition = _condition(file, line)
    stimulus = file.text(line, "stimulus", LONGEST_STIMULUS) if file.has(line, "stimulus") else ""
    rt_ms = _duration(file, line) if file.has(line, "rt_ms") else None
    yield ImportedJudgement(participant, condition, truth, answer, stimulus, rt_ms)


def _read_rates(file: JudgementFile, line: Line) -> Iterator[ImportedJudgement]:
    participant, condition = file.text(line, "participant", LONGEST_PARTICIPANT), _condition(file, line)
    for truth, other in (TRUTHS, TRUTHS[::-1]):
        wrong = _count(file, line, f"{truth}_error_rate")
        answers = [other] * wrong + [truth] * (file.trials_per_truth - wrong)
        for answer in answers:
            yield ImportedJudgement(participant, condition, truth, answer)


def _condition(file: JudgementFile, line: Line) -> str:
    condition = file.text(line, "condition", LONGEST_CONDITION)
    if condition == REAL:
        raise file.source.error(
            line.number, f"the condition of a generated image was {REAL!r}; name its source"
        )
    return condition


def _choice(file: JudgementFile, line: Line, meaning: str) -> str:
    value = line.cells[file.column(meaning)].lower()
    if value not in TRUTHS:
        raise file.source.error(line.number, f"{meaning} was {value!r}; expected {' or '.join(TRUTHS)}")
    return value


def _duration(file: JudgementFile, line: Line) -> float:
    rt_ms = file.source.number(line, file.column("rt_ms"))
    if rt_ms < 0:
        raise file.source.error(line.number, f"rt_ms was {rt_ms:g}; expected 0 or more milliseconds")
    return rt_ms


def _count(file: JudgementFile, line: Line, meaning: str) -> int:
    """A rate as a count of trials, which must come out whole."""
    rate = file.source.number(line, file.column(meaning))
    count = rate * file.trials_per_truth
    if not 0 <= rate <= 1 or abs(count - round(count)) > WHOLE:
        raise file.source.error(
            line.number,
            f"{meaning} was {rate:g}, which is no whole number of {file.trials_per_truth} trials; "
            "give the rate as a share and the trials that each rater had",
        )
    return round(count)


LAYOUTS: Mapping[str, Layout] = {
    "long": Layout(("participant", "condition", "truth", "answer"), ("stimulus", "rt_ms"), _read_long),
    "rates": Layout(("participant", "condition", "real_error_rate", "generated_error_rate"), (), _read_rates),
}
