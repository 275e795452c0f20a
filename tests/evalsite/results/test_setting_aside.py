from __future__ import annotations

from evalsite.results.setting_aside import MOST_REASONS, SetAside


def test_nothing_is_said_where_everything_could_be_shown() -> None:
    assert SetAside({}, 0).alarm == ""
    assert SetAside({}, 0).reasons == []


def test_the_alarm_counts_trials_and_raters_and_says_what_to_do() -> None:
    alarm = SetAside({"One.": 1200, "Other.": 34}, 56).alarm
    assert alarm.startswith("1,234 trials were set aside for 56 raters, because")
    assert "manage.py check_store" in alarm


def test_the_commonest_reasons_are_named_and_the_rest_counted() -> None:
    files = {f"File {number}.": 10 - number for number in range(MOST_REASONS + 2)}
    reasons = SetAside(files, 3).reasons
    assert reasons[0] == "File 0. (10)"
    assert len(reasons) == MOST_REASONS + 1
    assert reasons[-1] == "… and 2 more files."
