"""What can go wrong when the site is started."""

from __future__ import annotations


class PortTakenError(OSError):
    """Another program listens on the port."""


class MissingDemoFileError(FileNotFoundError):
    """A file that the demo is made from is not where it should be."""
