"""Compares the site's catalogue with the files of the two libraries when ``manage.py check`` runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core import checks

from evalsite.runs import catalogue

REFRESH = "run manage.py refresh_catalogue."


def check_catalogue(**_options: Any) -> list[checks.CheckMessage]:
    """A warning for each file of the libraries that the site doesn't list, and each entry without a file."""
    try:
        found = [
            *_differences("metrics/catalogue", catalogue.metrics()),
            *_differences("metrics/extractors/catalogue", catalogue.extractors()),
            *_differences("ganmodels/catalogue", catalogue.models()),
        ]
    except (OSError, ValueError, LookupError, TypeError) as error:  # such as a merge's marks in the file
        said = f"{catalogue.FILE} can't be read ({type(error).__name__}: {error}); {REFRESH}"
        return [checks.Error(said, id="runs.E001")]
    return [checks.Warning(sentence, id="runs.W001") for sentence in found]


def _differences(place: str, listed: Iterable[str]) -> Iterator[str]:
    stems, names = _stems(place), set(listed)
    for stem in sorted(stems - names):
        yield f"{place}/{stem}.py is not in the site's catalogue; {REFRESH}"
    for name in sorted(names - stems):
        yield f"{place}/{name}.py is in the site's catalogue, but there is no such file; {REFRESH}"


def _stems(place: str) -> set[str]:
    library, _, folder = place.partition("/")
    return {path.stem for path in (catalogue.library_folder(library) / folder).glob("[!_]*.py")}
