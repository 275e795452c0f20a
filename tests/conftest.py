"""What every test stands on: a data folder of its own, no network, one thread a process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["EVALSITE_DATA"] = tempfile.mkdtemp(prefix="evalsite-tests-")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # pytest-playwright's sync API runs a loop of its own
os.environ.pop("EVALSITE_MODE", None)
atexit.register(shutil.rmtree, os.environ["EVALSITE_DATA"], ignore_errors=True)
