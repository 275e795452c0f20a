"""Zip archives, judged by their table of contents before anything unpacks them."""

import io
import zipfile
from collections.abc import Sequence

from ganmodels.errors import CheckpointFormatError, CheckpointTooLargeError, CheckpointTruncatedError

MAX_ENTRIES = 100_000


def entries(name: str, content: bytes, max_bytes: int) -> Sequence[zipfile.ZipInfo]:
    """Lists what an archive holds.

    Raises:
        CheckpointTruncatedError: it has no table of contents, which stands at its end.
        CheckpointTooLargeError: too many entries, or they announce more than `max_bytes` in all.
        CheckpointFormatError: two entries of one name: readers would disagree on which counts.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise CheckpointTruncatedError(f"{name} is a zip archive without its end; copy it again") from error
    total = sum(entry.file_size for entry in found)
    if len(found) > MAX_ENTRIES or total > max_bytes:
        raise CheckpointTooLargeError(
            f"{name} announces {len(found)} entries of {total} bytes; at most {MAX_ENTRIES} of {max_bytes} "
            "are unpacked"
        )
    if len({entry.filename for entry in found}) < len(found):
        raise CheckpointFormatError(f"{name} is a zip archive with two entries of one name; save it again")
    return found


def check_stored(name: str, content: bytes, found: Sequence[zipfile.ZipInfo]) -> None:
    """Refuses archives that unpack to more than they weigh; torch writes tensors uncompressed.

    Raises:
        CheckpointTooLargeError: an entry is compressed, or the entries overlap.
    """
    packed = [entry.filename for entry in found if entry.compress_type != zipfile.ZIP_STORED]
    if packed or sum(entry.file_size for entry in found) > len(content):
        raise CheckpointTooLargeError(
            f"{name} unpacks to more than it weighs (torch.save writes no compressed entries); save it again"
        )
