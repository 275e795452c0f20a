"""The environment of site processes that tests start."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def own_site(data: Path) -> dict[str, str]:
    """For a site on a folder and an SQLite file of its own, whatever database the tests themselves run on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVALSITE_")}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "EVALSITE_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
        "PYTHONPATH": str(ROOT),
    }


def same_database(settings_dict: dict[str, str]) -> str:
    """A ``DATABASE_URL`` for the database that a test is connected to."""
    if settings_dict["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{settings_dict['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(settings_dict)
