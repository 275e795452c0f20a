from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from evalsite.environment import POSTGRESQL, SQLITE, data_folder, database, seconds, secret_key


def test_the_data_folder_is_made(tmp_path: Path) -> None:
    assert data_folder(str(tmp_path / "a" / "b"), tmp_path) == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()
    assert data_folder("", tmp_path / "c") == tmp_path / "c"


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_file_in_the_place_of_the_data_folder_is_named(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ImproperlyConfigured, match=r"EVALSITE_DATA.*file.*name a folder of yours"):
        data_folder(str(tmp_path / "file" / inside), tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_others_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ImproperlyConfigured, match="Permission denied"):
        data_folder(str(tmp_path), tmp_path)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(secret_key(tmp_path))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 16
    assert len(set(keys)) == 1


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_a_file_without_a_key_is_refused_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match="holds no key; delete it"):
        secret_key(tmp_path)


def test_a_key_that_cant_be_kept_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ImproperlyConfigured, match="or set EVALSITE_SECRET_KEY"):
        secret_key(tmp_path)


@pytest.mark.parametrize("text", ["abc", "0", "-1", "nan", "inf", "1,5"])
def test_seconds_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"EVALSITE_LEASE_SECONDS was .* seconds above 0"):
        seconds("EVALSITE_LEASE_SECONDS", {"EVALSITE_LEASE_SECONDS": text}, 30)


def test_seconds_have_a_default() -> None:
    assert seconds("X", {}, 30) == seconds("X", {"X": ""}, 30) == 30
    assert seconds("X", {"X": "0.5"}, 30) == 0.5


def test_the_database_is_sqlite_unless_named(tmp_path: Path) -> None:
    assert database(None, tmp_path)["ENGINE"] == SQLITE
    assert database("", tmp_path)["NAME"] == str(tmp_path / "evalsite.sqlite3")
    assert database("", tmp_path / "50% #1?")["NAME"] == str(tmp_path / "50% #1?" / "evalsite.sqlite3")
    named = database("postgres://user:p%40ss@host:5433/name?sslmode=require", tmp_path)
    assert (named["ENGINE"], named["PASSWORD"], named["OPTIONS"]["sslmode"]) == (
        POSTGRESQL,
        "p@ss",
        "require",
    )
    assert named["OPTIONS"]["pool"]["timeout"] == 10


def test_what_was_committed_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    config = database(None, tmp_path)
    with closing(sqlite3.connect(config["NAME"])) as connection:
        connection.executescript(config["OPTIONS"]["init_command"])
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), (
            "a power cut loses commits below FULL"
        )
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    "url",
    ["name", "foo://host/name", "mysql://u:secret@h/name", "postgres://u:secret@[bad/name", "postgres://"],
)
def test_an_address_that_cant_be_used_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL can't be used; write it as") as raised:
        database(url, tmp_path)
    assert "secret" not in str(raised.value)
