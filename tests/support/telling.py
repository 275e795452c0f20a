"""What would tell a rater which images are real."""

from __future__ import annotations

import re

from tests.support.site_server import SiteServer

WORDS = re.compile(r"\b(rings?|discs?|conditions?|truth|catch|sample_set|reference|plan)\b", re.IGNORECASE)
"""Names of the sets and conditions that ``prepare_site.py`` makes, and of what holds the truth."""


def find_telling(site: SiteServer, text: str) -> list[str]:
    """The words, paths and digests in a text that tell, or lead to, the truth about an image."""
    digests = [row["sha256"] for row in site.rows("SELECT sha256 FROM samples_sampleimage")]
    named = [word for word in (str(site.data), *digests) if word in text]
    return named + WORDS.findall(text)
