from __future__ import annotations

from evalsite.samples.storage import store
from evalsite.samples.store_check import FileUse, check_files


def test_a_file_is_verified_once_however_many_rows_name_it() -> None:
    whole, damaged = store().put(b"whole"), store().put(b"damaged")
    store().path(damaged).write_bytes(b"other")
    uses = [FileUse("sample set", name, 0, sha256) for name in ("a", "b") for sha256 in (whole, damaged)]
    told: list[tuple[int, int]] = []
    found = check_files(uses, lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
    assert found.files == 2
    assert [(file.use.name, file.fault) for file in found.faulty] == [("a", "damaged"), ("b", "damaged")]


def test_nothing_to_check_is_no_fault() -> None:
    assert check_files([]).faulty == ()
