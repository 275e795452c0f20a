"""What a page may load."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def _policy(client: Client, path: str) -> str:
    return client.get(path)["Content-Security-Policy"]


def test_pages_load_nothing_from_elsewhere_and_nothing_inline(client: Client) -> None:
    policy = _policy(client, "/")
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_only_the_admin_may_evaluate(client: Client) -> None:
    policy = _policy(client, "/admin/login/")
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "default-src 'self'" in policy
