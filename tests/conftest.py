"""What every test stands on: one thread a process; the data folder comes from tests/settings.py."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["tests.support.chromium"]

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # pytest-playwright's sync API runs a loop of its own

# A busy machine is no failure.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
