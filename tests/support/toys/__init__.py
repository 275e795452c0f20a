"""Toy tasks of tests, which `faulty.added_files` gives to the site's catalogue."""

from pathlib import Path

FOLDER = Path(__file__).parent
