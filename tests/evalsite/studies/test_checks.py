from __future__ import annotations

from evalsite.studies.checks import check_catalogues


def test_sound_catalogues_are_not_warned_of() -> None:
    assert check_catalogues() == []


def test_each_faulty_file_is_a_warning(faulty_task: str, faulty_recruiter: str) -> None:
    assert [(found.msg, found.id) for found in check_catalogues()] == [
        (faulty_task, "studies.W001"),
        (faulty_recruiter, "studies.W001"),
    ]
    assert "evalsite/tasks/catalogue/mine.py can't be used" in faulty_task
    assert "evalsite/recruiters/catalogue/mine.py can't be used" in faulty_recruiter
