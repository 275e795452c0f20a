"""The texts that a new study starts with; what raters are asked to do follows from the study's blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from evalsite.studies.freezing import BlockData
from evalsite.tasks import registry
from evalsite.tasks.errors import UNUSABLE_TASK, InvalidParamsError


def default_consent() -> str:
    """What raters agree to; the consent page adds a warning of its own where a study flashes."""
    return _paragraphs(
        "You are invited to take part in a study of how people see images. You will look at images and "
        "answer a short question about each. Some of them were made by a computer.",
        "Taking part is voluntary. You may stop at any time by closing the page. We then keep the answers "
        "that you gave until that moment. If you open the link again in the same browser, you go on where "
        "you left.",
        "We store your answers, your reaction times and technical facts about your browser and screen. We do "
        "not ask for your name. The answers may be published without anything that identifies you.",
        "By agreeing you confirm that you are at least 18 years old, that you have read this page and that "
        "you want to take part.",
    )


def instructions_for(blocks: Sequence[BlockData]) -> str:
    """What raters are asked to do, from the blocks' tasks as far as these can be read."""
    told = list(dict.fromkeys(_briefings(blocks)))
    if len(told) > 1:
        told = [f"Part {number}: {words}" for number, words in enumerate(told, start=1)]
    return _paragraphs(*told, _general(blocks))


def default_debriefing() -> str:
    """What raters read at the end."""
    return _paragraphs(
        "Thank you for taking part.",
        "All or some of the images that you saw were made by computer programs that learned from real "
        "images. Your answers show how people see such images; we compare that with automatic measures of "
        "image quality.",
    )


def _briefings(blocks: Iterable[BlockData]) -> Iterator[str]:
    for block in blocks:
        try:
            task = registry.get(block.task)
            yield task.briefing(task.Params.from_json(block.params))
        except (*UNUSABLE_TASK, InvalidParamsError):
            continue  # the study's findings say what is wrong with the block


def _general(blocks: Iterable[BlockData]) -> str:
    blocks = list(blocks)
    sentences = ["Answer with the keys or buttons that are shown. If you are not sure, guess."]
    if any(block.practice for block in blocks):
        sentences.append("You start with practice, which tells you whether you were right.")
    if any(block.catch for block in blocks):
        sentences.append("A few trials check that you are looking: give the answer that they ask for.")
    sentences.append("Keep this window in front, and sit so that you see the screen well.")
    return " ".join(sentences)


def _paragraphs(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)
