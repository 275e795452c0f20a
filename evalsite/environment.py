"""What the settings read from the environment; what is wrong there is a sentence that names the variable."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
SQLITE_OPTIONS = {
    # Writers queue instead of failing: a deferred transaction that turns into a write can't wait.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: an answer is acknowledged when it is on the disk; NORMAL would lose the last ones with the power.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
}
POOL = {"min_size": 1, "max_size": 10, "timeout": 10}
"""Connections of a process, enough for its threads; a server that is not there is told after ten seconds."""


def data_folder(named: str | None, default: Path) -> Path:
    """The one folder that the site writes to, made if it isn't there. Raises ``ImproperlyConfigured``."""
    folder = Path(named or default).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(_unwritable(folder, error.strerror)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(_unwritable(folder, "Permission denied"))
    return folder


def secret_key(folder: Path) -> str:
    """The key of a local site: made once, readable by the site's own user only.

    Raises:
        ImproperlyConfigured: it can't be made or read.
    """
    path = folder / "secret_key"
    try:
        if not path.exists():
            _make_once(path, get_random_secret_key())
        key = path.read_text("ascii").strip()
    except UnicodeDecodeError:
        key = ""
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key can't be kept in {path} ({error}); make that folder writable, or set "
            "EVALSITE_SECRET_KEY"
        ) from error
    if not key:
        raise ImproperlyConfigured(f"{path} holds no key; delete it, and a new one is made")
    return key


def seconds(name: str, environment: Mapping[str, str], default: float) -> float:
    """A number of seconds above 0. Raises ``ImproperlyConfigured``."""
    text = environment.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise ImproperlyConfigured(f"{name} was {text!r}; set it to a number of seconds above 0")
    return value


def database(url: str | None, folder: Path) -> dict[str, Any]:
    """Django's description of the database: the one at the address, or SQLite in the folder.

    Raises:
        ImproperlyConfigured: the address can't be read; it is not repeated, since it holds a password.
    """
    config: dict[str, Any] = {"ENGINE": SQLITE, "NAME": str(folder / "evalsite.sqlite3")}
    try:
        config = dict(dj_database_url.parse(url)) if url else config
    except ValueError:
        config = {"ENGINE": "", "NAME": ""}
    if config["ENGINE"] not in {SQLITE, POSTGRESQL} or not config["NAME"]:
        raise ImproperlyConfigured(
            "DATABASE_URL can't be used; write it as postgres://user:password@host/name, with signs like @ "
            "or / in the password as %40 or %2F, or unset it for SQLite"
        )
    if config["ENGINE"] == SQLITE:
        # A file for tests too, because those of workers and servers open it from other processes.
        test = {"NAME": str(folder / "test.sqlite3")}
        return {**config, "OPTIONS": SQLITE_OPTIONS, "TEST": test}
    return {**config, "CONN_MAX_AGE": 0, "OPTIONS": {**config.get("OPTIONS", {}), "pool": POOL}}


def _make_once(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all; of two processes that try, the first one's stays."""
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        os.link(scratch, path)
    except FileExistsError:
        pass
    finally:
        Path(scratch).unlink()


def _unwritable(folder: Path, reason: str | None) -> str:
    return (
        f"EVALSITE_DATA, the folder that the site writes to, is {folder}, which can't be written ({reason}); "
        "name a folder of yours"
    )
