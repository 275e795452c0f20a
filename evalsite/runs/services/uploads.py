"""What comes in from a browser to be opened by a worker."""

from __future__ import annotations

from evalsite.runs.errors import InvalidRequestError
from evalsite.samples.storage import store

MAX_UPLOAD_BYTES = 64 * 1024**2


def keep_upload(data: bytes) -> str:
    """Store a file, unopened; its digest. Raises ``InvalidRequestError`` if it is too large."""
    check_upload_size(len(data))
    return store().put(data)


def check_upload_size(size_bytes: int) -> None:
    """Raise ``InvalidRequestError`` for a file that is too large, best before it is read into memory."""
    if size_bytes > MAX_UPLOAD_BYTES:
        raise InvalidRequestError(
            f"The file has {size_bytes:,} bytes; at most {MAX_UPLOAD_BYTES:,} can be uploaded: "
            "use the commands on the server for a larger one (manage.py sample, python -m ganmodels inspect)."
        )
