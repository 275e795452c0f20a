from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalsite.samples import sources
from evalsite.samples.candidates import say
from evalsite.samples.errors import RefusedImageError, SourceError
from evalsite.samples.metadata import METADATA_NAMES
from evalsite.samples.sources import open_source

Maker = Callable[..., Path]


def read_all(path: Path) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Name and label of what can be read, and the reasons by name of what can't."""
    taken, refused = [], {}
    with open_source(path) as source:
        for candidate in source.candidates:
            try:
                candidate.read()
                taken.append((candidate.name, candidate.label))
            except RefusedImageError as error:
                refused[candidate.name] = str(error)
    assert source.total == len(taken) + len(refused)
    return taken, refused


FILES = {"b/2.png": b"two", "a/1.png": b"one", "0.png": b"nil", "deep/er/3.png": b"three"}
IN_ORDER = [("0.png", ""), ("a/1.png", "a"), ("b/2.png", "b"), ("deep/er/3.png", "er")]


def test_a_folder_is_read_in_order_of_names_with_folders_as_labels(folder: Maker) -> None:
    assert read_all(folder(FILES)) == (IN_ORDER, {})


def test_a_zip_reads_as_its_folder_does(archive: Maker) -> None:
    assert read_all(archive(FILES)) == (IN_ORDER, {})


def test_hidden_files_are_passed_over(archive: Maker, folder: Maker) -> None:
    files = {"a.png": b"x", ".DS_Store": b"x", "__MACOSX/._a.png": b"x", ".git/b.png": b"x"}
    assert read_all(archive(files)) == ([("a.png", "")], {})
    assert read_all(folder(files)) == ([("a.png", "")], {})


@pytest.mark.parametrize(
    "name", ["../up.png", "a/../../up.png", "/etc/root.png", "C:/windows.png", "a\\b.png"]
)
def test_names_that_lead_out_of_an_archive_are_refused(archive: Maker, name: str) -> None:
    path = archive({"good.png": b"x", name: b"x"})
    if "\\" in name:  # zipfile writes it as a slash
        path.write_bytes(path.read_bytes().replace(b"a/b.png", b"a\\b.png"))
    taken, refused = read_all(path)
    assert taken == [("good.png", "")]
    assert refused == {name: "its name leads out of the archive"}


def test_encrypted_entries_are_refused_by_name(archive: Maker) -> None:
    path = archive({"a.png": b"x", "b.png": b"y"})
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02", 0, data.index(b"b.png", data.index(b"PK\x01\x02"))) + 8] |= 1
    path.write_bytes(data)
    assert read_all(path) == ([("a.png", "")], {"b.png": "encrypted"})


def test_a_damaged_entry_is_refused_and_the_rest_is_taken(archive: Maker) -> None:
    path = archive({"a.png": os.urandom(500), "b.png": b"y"})
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)
    taken, refused = read_all(path)
    assert taken == [("b.png", "")]
    assert "damaged in the archive" in refused["a.png"]


def test_an_entry_that_unpacks_to_too_much_is_refused(
    archive: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 1000)
    taken, refused = read_all(archive({"bomb.png": b"\0" * 100_000, "ok.png": b"x"}))
    assert taken == [("ok.png", "")]
    assert refused == {"bomb.png": "100000 bytes unpacked; at most 1000 are taken"}


def test_an_entry_that_lies_about_its_size_gives_no_more(archive: Maker) -> None:
    path = archive({"bomb.png": b"\0" * 100_000})
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    path.write_bytes(data)
    _, refused = read_all(path)
    assert "damaged in the archive" in refused["bomb.png"]


def test_an_archive_that_unpacks_to_too_much_is_refused_whole(
    archive: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_TOTAL_BYTES", 150_000)
    with pytest.raises(SourceError, match="unpacks to 200000 bytes"):
        read_all(archive({"a.png": b"\0" * 100_000, "b.png": b"\0" * 100_000}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_second_of_two_entries_of_one_name_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as file:
        file.writestr("a.png", b"x")
        file.writestr("a.png", b"y")
    taken, refused = read_all(tmp_path / "twice.zip")
    assert (taken, refused) == ([("a.png", "")], {"a.png": "a second file of this name in the archive"})


def test_what_is_no_regular_file_is_refused_and_not_waited_for(folder: Maker) -> None:
    place = folder({"a.png": b"x"})
    os.mkfifo(place / "pipe.png")
    (place / "gone.png").symlink_to(place / "nowhere")
    taken, refused = read_all(place)
    assert taken == [("a.png", "")]
    assert refused["pipe.png"] == "not a regular file"
    assert "can't be read" in refused["gone.png"]


def test_a_label_that_would_not_fit_is_refused(archive: Maker) -> None:
    _, refused = read_all(archive({"x" * 121 + "/a.png": b"x", "y/b.png": b"x"}))
    assert "longer than 120" in next(iter(refused.values()))


@pytest.mark.parametrize("name", ["broken.zip", "broken.npz"])
def test_a_file_that_is_no_archive_is_refused_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK but not really")
    with pytest.raises(SourceError, match="be read as a zip or npz file"):
        read_all(tmp_path / name)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", Path("/a/b.npz")), "Permission denied"),
        (ValueError("first\nsecond"), "first"),
        (EOFError(), "EOFError"),
    ],
)
def test_what_an_error_says_is_one_line(error: Exception, said: str) -> None:
    assert say(error) == said


def test_a_path_that_is_nothing_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"give a folder, a \.zip or an \.npz"):
        read_all(tmp_path / "missing")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=1, max_size=20).filter(
            lambda name: PurePosixPath(name).name not in METADATA_NAMES  # what they hold is tested elsewhere
        ),
        unique=True,
        max_size=6,
    )
)
def test_whatever_the_names_every_entry_is_taken_passed_over_or_refused(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("names") / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            file.writestr(entry, b"x")
    taken, refused = read_all(path)
    assert len(taken) + len(refused) <= len(names)
    for name, label in taken:
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        assert "/" not in label


def test_links_to_folders_and_closed_folders_are_named_and_not_passed_over(
    folder: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = folder({"a.png": b"x", "closed/b.png": b"y"})
    (place / "link").symlink_to(place / "closed")
    scan = os.scandir

    def scandir(path: str) -> object:
        if os.fspath(path).endswith("closed"):  # root, too, is to see what others see
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    taken, refused = read_all(place)
    assert taken == [("a.png", "")]
    assert refused["closed"] == "the folder can't be read (Permission denied)"
    assert "import that folder by itself" in refused["link"]


def test_names_that_no_screen_shows_are_written_as_codes(tmp_path: Path) -> None:
    place = tmp_path / "odd" / os.fsdecode(b"a\xff")
    place.mkdir(parents=True)
    for name in ("new\nline.png", "\x1b[31mred.png"):
        (place / name).write_bytes(b"x")
    (tmp_path / "odd" / "other").mkdir()
    (tmp_path / "odd" / "other" / "b.png").write_bytes(b"x")
    taken, _ = read_all(tmp_path / "odd")
    assert taken[:2] == [
        ("a\\udcff/\\x1b[31mred.png", "a\\udcff"),
        ("a\\udcff/new\\nline.png", "a\\udcff"),
    ]


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read(
    archive: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources._GuardedFile, "most_bytes", 200)
    with pytest.raises(SourceError, match=r"table of contents has .* split it"):
        read_all(archive({f"{number}.png": b"" for number in range(10)}))
    assert read_all(archive({"a.png": b"x" * 1000}, "one.zip"))[0] == [("a.png", "")]


def facts_of(path: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Label and other facts by name."""
    with open_source(path) as source:
        return {c.name: (c.label, dict(c.facts)) for c in source.candidates}


def test_one_folder_around_all_images_makes_no_class(archive: Maker, folder: Maker) -> None:
    files = {"set/png/1.png": b"x", "set/png/2.png": b"x", "set/README.txt": b"x"}
    for path in (archive(files), folder(files)):
        assert {label for label, _ in facts_of(path).values()} == {""}


def test_metadata_beside_the_images_gives_their_facts(archive: Maker, folder: Maker) -> None:
    files = {
        "metadata.csv": b"file_name,label,prompt\nimages/1.png,cat,a cat\nimages/2.png,,\n",
        "images/1.png": b"x",
        "images/2.png": b"x",
    }
    expected = {"images/1.png": ("cat", {"prompt": "a cat"}), "images/2.png": ("", {"prompt": ""})}
    assert facts_of(archive(files)) == facts_of(folder(files)) == expected


def test_folders_give_the_label_where_metadata_has_none(archive: Maker) -> None:
    rows = b'{"file_name": "a/1.png", "gold": true}\n{"file_name": "b/1.png", "gold": false}\n'
    made = facts_of(archive({"metadata.jsonl": rows, "a/1.png": b"x", "b/1.png": b"x"}))
    assert made == {"a/1.png": ("a", {"gold": "true"}), "b/1.png": ("b", {"gold": "false"})}


def test_a_file_that_metadata_leaves_out_is_refused_by_name(archive: Maker) -> None:
    _, refused = read_all(archive({"metadata.csv": b"file_name\n1.png\n", "1.png": b"x", "notes.txt": b"x"}))
    assert refused == {"notes.txt": "metadata.csv has no row for it"}


def test_metadata_that_cannot_be_read_is_named(folder: Maker) -> None:
    place = folder({"1.png": b"x"})
    (place / "metadata.csv").symlink_to(place / "nowhere")
    with pytest.raises(SourceError, match=r"metadata\.csv can't be used: can't be read .* mend or remove it"):
        read_all(place)


def test_folders_unlike_each_other_are_warned_of(archive: Maker) -> None:
    with open_source(archive(FILES)) as source:
        beside, deeper = source.warnings
    assert "some are not: those that are not have no class" in beside
    assert "'a', 'b' above 'deep/er'" in deeper
