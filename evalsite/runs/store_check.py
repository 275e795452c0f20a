"""Which stored files this room's rows name, for the check of the whole store."""

from __future__ import annotations

from collections.abc import Iterator

from evalsite.runs.models import GeneratorView
from evalsite.samples.store_check import FileUse, Progress, StoreCheck, check_files, files_of_samples


def check_store(progress: Progress | None = None) -> StoreCheck:
    """Verify every file that a row of the site names; arguments as of `check_files`."""
    return check_files([*files_of_samples(), *files_of_views()], progress)


def files_of_views() -> Iterator[FileUse]:
    """The pictures of all views into generators."""
    views = GeneratorView.objects.order_by("checkpoint__name", "position")
    for checkpoint, title, pictures in views.values_list("checkpoint__name", "title", "rows"):
        for picture in pictures:
            yield FileUse("view", f"{title} of {checkpoint}", None, picture["sha256"])
