"""The texts that a new study starts with."""

from __future__ import annotations


def default_consent() -> str:
    """What raters agree to; the consent page adds a warning of its own where a study flashes."""
    return _paragraphs(
        "You are invited to take part in a study of how people see images. You will look at images and "
        "answer a short question about each. Some of them were made by a computer.",
        "Taking part is voluntary. You may stop at any time by closing the page. We then keep the answers that "
        "you gave until that moment. If you open the link again in the same browser, you go on where you left.",
        "We store your answers, your reaction times and technical facts about your browser and screen. We do "
        "not ask for your name. The answers may be published without anything that identifies you.",
        "By agreeing you confirm that you are at least 18 years old, that you have read this page and that "
        "you want to take part.",
    )


def default_instructions() -> str:
    """What raters are asked to do."""
    return _paragraphs(
        "Half of the images are real, and half were made by a computer, in random order.",
        "Look at the middle of the screen. The image appears there, sometimes only for an instant. Then "
        "answer with the keys or buttons that are shown. Go by your first impression; if you are not sure, "
        "guess.",
        "You start with a few practice trials that tell you whether you were right. Keep this window in "
        "front, and sit so that you see the screen well.",
    )


def default_debriefing() -> str:
    """What raters read at the end."""
    return _paragraphs(
        "Thank you for taking part.",
        "The images came from real collections and from computer programs that learned to make images. Your "
        "answers show how often people can tell them apart; we compare that with automatic measures of image "
        "quality.",
    )


def _paragraphs(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)
