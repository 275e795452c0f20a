"""The README's tables, drawn from the registries: ``python -m tests.house.tables`` writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from evalsite.tasks import registry as tasks
from ganmodels import registry as models
from metrics.extractors.registry import EXTRACTORS
from metrics.registry.metric import METRICS
from tests.house.checkout import refuse_another_checkout

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
MARKED = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def metric_rows() -> str:
    """The metrics with what each gives, what worsens it, its direction and its source."""
    return markdown(
        ("metric", "measures", "senses", "better", "quantities", "with another network", "paper"),
        (
            (
                f"`{m.name}`",
                m.title,
                ", ".join(m.senses),
                _once(q.better for q in m.quantities),
                str(len(m.quantities)),
                _once(f"`{q.generic}_…`" for q in m.quantities if q.generic),
                m.paper,
            )
            for m in METRICS
        ),
    )


def _once(words: Iterable[str]) -> str:
    """Each different word, in the order of its first coming."""
    return ", ".join(dict.fromkeys(words))


def extractor_rows() -> str:
    """The feature extractors with what they give."""
    return markdown(
        ("extractor", "network", "gives", "input", "protocols"),
        (
            (
                f"`{e.name}`",
                e.title,
                ", ".join(sorted(e.outputs)),
                f"{e.size_px} px",
                ", ".join(f"`{p}`" for p in e.protocols),
            )
            for e in EXTRACTORS
        ),
    )


def model_rows() -> str:
    """The models with their one-sentence summary."""
    found = (models.get_model(name) for name in models.model_names())
    return markdown(("model", "what it is"), ((f"`{model.name}`", model.summary) for model in found))


def task_rows() -> str:
    """The tasks with their one-sentence summary."""
    return markdown(
        ("task", "what a rater does"), ((f"`{t.name}`", t.summary) for t in tasks.tasks().values())
    )


TABLES: dict[str, Callable[[], str]] = {
    "metrics": metric_rows,
    "extractors": extractor_rows,
    "models": model_rows,
    "tasks": task_rows,
}


def filled(text: str) -> str:
    """The text with every marked table as the registries have it now."""
    return MARKED.sub(lambda m: f"<!-- table: {m[1]} -->\n{TABLES[m[1]]()}\n<!-- end -->", text)


if __name__ == "__main__":
    refuse_another_checkout(ROOT)
    README.write_text(filled(README.read_text()))
