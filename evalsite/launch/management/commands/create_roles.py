"""``manage.py create_roles``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from evalsite.launch.roles import create_roles


class Command(BaseCommand):
    """Make the staff's groups: Researchers set up and measure, Analysts read and export."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and say so."""
        for group in create_roles():
            self.stdout.write(f"{group.name}: {group.permissions.count()} permissions")
