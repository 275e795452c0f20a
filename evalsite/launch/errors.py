"""What can go wrong when the site is started."""

from __future__ import annotations


class PortTakenError(OSError):
    """Another program listens on the port, or it can't be had."""


class HostError(OSError):
    """The host is no address of this machine."""


class MissingDemoFileError(FileNotFoundError):
    """A file that the demo is made from is not where it should be."""
