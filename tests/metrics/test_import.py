"""What `import metrics` costs whoever measures features that are at hand."""

from __future__ import annotations

import subprocess
import sys

SEEN = """
import sys
import metrics, metrics.catalogue.kid, metrics.catalogue.precision_recall
print(sorted({"torchvision", "torch._dynamo", "sympy", "scipy.stats"} & set(sys.modules)))
"""


def test_measuring_features_loads_no_networks():
    found = subprocess.run([sys.executable, "-c", SEEN], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
