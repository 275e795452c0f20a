"""The site's settings in a data folder of the test process's own, made before anything reads them."""

import atexit
import os
import shutil
import tempfile

os.environ["EVALSITE_DATA"] = tempfile.mkdtemp(prefix="evalsite-tests-")
os.environ.pop("EVALSITE_MODE", None)
# SQLite unless a database for tests is named; a developer's own DATABASE_URL is never written to.
os.environ.pop("DATABASE_URL", None)
if _url := os.environ.get("EVALSITE_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = _url
atexit.register(shutil.rmtree, os.environ["EVALSITE_DATA"], ignore_errors=True)

from evalsite.settings import *
from evalsite.settings import DATABASES, STATIC_ROOT, STORAGES

STATIC_ROOT.mkdir()
# Pages are rendered without collecting first; tests of the collected files ask for them (test_staticfiles).
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if "init_command" in (_options := DATABASES["default"].get("OPTIONS", {})):
    # No test outlives a power cut.
    _quick = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    DATABASES["default"]["OPTIONS"] = {**_options, "init_command": _quick}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
