"""A law that asserts nothing fails: it would pass for an entry that breaks it.

An assertion counts where it stands in the law itself. `enable_assertion_pass_hook` in `pyproject.toml` makes
pytest report those that hold.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

ASSERTED = pytest.StashKey[int]()


def pytest_assertion_pass(item: pytest.Item) -> None:
    item.stash[ASSERTED] = item.stash.get(ASSERTED, 0) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    found = yield
    if not item.stash.get(ASSERTED, 0):
        pytest.fail(f"{item.name} asserts nothing; parametrise the law with the entries that it concerns.")
    return found
