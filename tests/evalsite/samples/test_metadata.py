from __future__ import annotations

import json

import pytest

from evalsite.samples.errors import SourceError
from evalsite.samples.metadata import check_metadata, find_metadata, read_metadata

CSV, JSONL = "metadata.csv", "metadata.jsonl"


def test_rows_are_found_by_the_name_as_seen_from_the_file() -> None:
    made = read_metadata("set/metadata.csv", b'prompt,file_name\n"a cat, asleep",./images/1.png\n\n')
    assert made.columns == ("prompt",)
    assert made.rows == {"set/images/1.png": {"prompt": "a cat, asleep"}}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_metadata(CSV, "\ufefffile_name,prompt\n1.png,über\n".encode()).rows["1.png"] == {
        "prompt": "über"
    }


def test_values_of_json_become_text_and_what_is_missing_is_empty() -> None:
    rows = [
        {"file_name": "1.png", "gold": True, "seed": 3},
        {"file_name": "2.png", "prompt": "x\u2028y", "gold": None},
    ]
    made = read_metadata(JSONL, "\n".join(map(json.dumps, rows)).encode())
    assert made.rows == {
        "1.png": {"gold": "true", "seed": "3", "prompt": ""},
        "2.png": {"gold": "", "seed": "", "prompt": "x\\u2028y"},
    }


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (CSV, "file_name\nü.png".encode("latin-1"), "not written in UTF-8 (byte 11 is wrong)"),
        (CSV, "file_name\n1.png".encode("utf-16"), "not written in UTF-8"),
        (CSV, b"", "has the columns none; expected one called file_name"),
        (
            CSV,
            b"file_name;prompt\n1.png;x",
            "has the columns 'file_name;prompt'; expected one called file_name",
        ),
        (CSV, b"file_name,a,a\n1.png,x,y", "has the column 'a' twice"),
        (CSV, b"file_name,a\n1.png,x,y", "line 2 of metadata.csv has 3 cells, and there are 2 columns"),
        (CSV, b'file_name,a\n1.png,"x', "is no CSV"),
        (CSV, b"file_name,a\n,x", "line 2 of metadata.csv names no file"),
        (CSV, b"file_name\n1.png\n./1.png", "line 3 of metadata.csv is a second row for './1.png'"),
        (CSV, b"file_name,my prompt\n1.png,x", "the column 'my prompt' can't name a fact"),
        (CSV, b"file_name,sha256\n1.png,x", "a fact can't be called 'sha256'"),
        (CSV, b"file_name,a\n1.png," + b"x" * 2001, "'a' has 2001 characters; shorten it to at most 2000"),
        (
            CSV,
            b"file_name,label\n1.png," + b"x" * 121,
            "'label' has 121 characters; shorten it to at most 120",
        ),
        (CSV, b"file_name," + b",".join(b"c%d" % n for n in range(21)) + b"\n1" + b"," * 21, "21 columns"),
        (JSONL, b"[1]", "line 1 of metadata.jsonl is no JSON object"),
        (JSONL, b'{"file_name": "1.png"}\n{', "line 2 of metadata.jsonl can't be read"),
        (JSONL, b'{"file_name": "1.png", "a": 1, "a": 2}', "it has a key twice"),
        (JSONL, b'{"file_name": "1.png", "a": [1]}', "'a' holds several values"),
        (JSONL, b'{"prompt": "x"}', "names no file"),
        (JSONL, b"[" * 100_000, "can't be read"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(name: str, data: bytes, said: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_metadata(name, data)
    assert said in str(raised.value)


def test_several_metadata_files_are_named() -> None:
    assert find_metadata(["1.png"]) is None
    assert find_metadata(["set/metadata.csv", "set/1.png"]) == "set/metadata.csv"
    with pytest.raises(SourceError, match=r"2 metadata files \('a/metadata.csv', 'b/metadata.jsonl'\)"):
        find_metadata(["a/metadata.csv", "b/metadata.jsonl"])


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["1.png"], "names files that are not there (1): '2.png'"),
        (
            ["1.png", "2.png", "3.png", "4.JPG", "notes.txt"],
            "images without a row in metadata.csv (2): '3.png', '4.JPG'",
        ),
    ],
)
def test_rows_and_files_must_go_together(files: list[str], said: str) -> None:
    metadata = read_metadata(CSV, b"file_name\n1.png\n2.png\n")
    with pytest.raises(SourceError) as raised:
        check_metadata(CSV, metadata, files, dict.fromkeys(files, ""))
    assert said in str(raised.value)


def test_a_label_must_be_that_of_the_folder() -> None:
    metadata = read_metadata(CSV, b"file_name,label\ncat/1.png,dog\n")
    check_metadata(CSV, metadata, ["cat/1.png"], {"cat/1.png": ""})
    check_metadata(CSV, metadata, ["cat/1.png"], {"cat/1.png": "dog"})
    with pytest.raises(SourceError, match="the label 'dog', and its folder is 'cat'; make them the same"):
        check_metadata(CSV, metadata, ["cat/1.png"], {"cat/1.png": "cat"})
