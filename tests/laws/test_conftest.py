"""The check that fails a law which asserts nothing, tested on a suite of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with this folder's `conftest.py` and nothing else."""
    pytester.makeini("[pytest]\nenable_assertion_pass_hook = true")
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    return pytester


def test_a_law_that_asserts_nothing_for_an_entry_fails(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("entry", [[1], []], ids=["full", "empty"])
        def test_every_number_is_positive(entry):
            for number in entry:
                assert number > 0
        """
    )
    found = suite.runpytest_inprocess("-p", "no:django", "-p", "no:cacheprovider")
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(["*test_every_number_is_positive[[]empty[]] asserts nothing*"])


def test_a_law_that_does_not_hold_fails_by_its_own_words(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_all_is_well(): assert 1 == 2")
    found = suite.runpytest_inprocess("-p", "no:django", "-p", "no:cacheprovider")
    found.assert_outcomes(failed=1)
    found.stdout.no_fnmatch_line("*asserts nothing*")
