"""A site of its own for a benchmark: a fresh data folder and a small open study."""

from __future__ import annotations

from tests.support.site_server import ROOT, SiteServer

STUDY = "bench"
TRIALS = 40


class BenchSite(SiteServer):
    """A real server in two processes, each of which leaves the cores to the other."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        return super().environment | {"OMP_NUM_THREADS": "1", "WEB_CONCURRENCY": "2"}

    def set_up(self) -> None:
        """Make database, static files and the study."""
        self.prepare([{"slug": STUDY, "blocks": [{"task": "rapid_scene", "trials": TRIALS}]}])

    def shell(self, code: str) -> None:
        """Run code on the site's data."""
        self.manage("shell", "--verbosity", "0", "--command", code)


__all__ = ["ROOT", "STUDY", "BenchSite"]
