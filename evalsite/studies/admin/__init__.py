"""Setting up a study in the admin: its conditions, its blocks, their params, and opening it to raters."""

from evalsite.studies.admin.blocks import BlockAdmin
from evalsite.studies.admin.studies import StudyAdmin

__all__ = ["BlockAdmin", "StudyAdmin"]
