"""The web process never loads torch, whatever pages it serves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WALK = """
import sys
import django
django.setup()
from django.urls import get_resolver
def walk(patterns):
    return sum(walk(p.url_patterns) if hasattr(p, "url_patterns") else 1 for p in patterns)
count = walk(get_resolver().url_patterns)
import evalsite.wsgi
heavy = sorted({"torch", "torchvision", "statsmodels"} & set(sys.modules))
print(count, ",".join(heavy))
"""


def test_no_address_of_the_site_loads_torch(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALK],
        cwd=root,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "evalsite.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    count, heavy = done.stdout.strip().partition(" ")[::2]
    assert int(count) > 20
    assert heavy == ""
