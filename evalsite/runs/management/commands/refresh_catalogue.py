"""``manage.py refresh_catalogue``: writes what the site knows of metrics, extractors and models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

import evalsite
from evalsite.runs import catalogue


class Command(BaseCommand):
    """The site's catalogue, written from the libraries."""

    requires_system_checks = ()  # they say that this command has to be run
    help = "Write evalsite/runs/catalogue.json from the catalogues of metrics and ganmodels."

    def handle(self, **_options: Any) -> None:
        """Write all that can be used; files that can't are named, and the status is 1."""
        _refuse_another_checkout()
        # They load torch for seconds, which help and refusals needn't wait for.
        from evalsite.runs.doors import ganmodels, metrics

        measures, models = metrics.describe_catalogue(), ganmodels.describe_catalogue()
        faults = [*measures.pop("faults"), *models.pop("faults")]
        try:
            catalogue.write(catalogue.file_text({**measures, **models}))
        except OSError as error:
            raise CommandError(
                f"{catalogue.FILE} can't be written ({error.strerror}); make its folder writable."
            ) from error
        if faults:
            raise CommandError("\n".join(faults))


def _refuse_another_checkout() -> None:
    """Raise ``CommandError`` if a library is not the one beside the site, whose catalogue may differ."""
    root = Path(evalsite.__file__).resolve().parents[1]
    for library in ("metrics", "ganmodels"):
        folder = catalogue.library_folder(library).resolve()
        if folder != root / library:
            raise CommandError(
                f"The site lies in {root}, but {library} would be imported from {folder}; run the command in "
                f"{root}, without PYTHONPATH."
            )
