"""The server's entrance."""

import json
import subprocess
import sys

from tests.support.environment import ROOT, own_site

LOADED_BY_AN_ANSWER = """
import json, sys
import evalsite.wsgi
before = set(sys.modules)
from evalsite.recruiters.registry import recruiters
from evalsite.tasks.registry import tasks
recruiters(), tasks()
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_the_catalogues_are_loaded_before_the_first_request(tmp_path):
    """Else the first answer of each process loads them, for seconds, inside the database's one write."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY_AN_ANSWER],
        cwd=ROOT,
        env=own_site(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []
