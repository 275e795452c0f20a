"""What every test stands on: one thread a process; the data folder comes from tests/settings.py."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from hypothesis import settings

pytest_plugins = ["tests.support.chromium"]

os.environ.setdefault("OMP_NUM_THREADS", "1")
# A network is compiled anew in each process, which takes longer than the few images of a test.
os.environ.setdefault("METRICS_BACKEND", "torch")
os.environ["METRICS_CACHE"] = tempfile.mkdtemp(prefix="evalsite-tests-")  # never a developer's own
atexit.register(shutil.rmtree, os.environ["METRICS_CACHE"], ignore_errors=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # pytest-playwright's sync API runs a loop of its own

# A busy machine is no failure.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
