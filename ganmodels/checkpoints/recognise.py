"""What kind of file it is, by its content; names and endings say nothing."""

import io
import tarfile
from enum import Enum
from pathlib import Path

from ganmodels.checkpoints.archive import entries
from ganmodels.errors import CheckpointFormatError, CheckpointNotFoundError, CheckpointTooLargeError

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_STARTS = tuple(
    start + LEGACY_MAGIC.to_bytes(10, "little")
    for start in (b"\x8a\x0a", b"\x80\x02\x8a\x0a", b"\x80\x03\x8a\x0a")
)


class Kind(Enum):
    """A format that can be told from its content."""

    SAFETENSORS = "safetensors"
    STATE_ZIP = "torch.save archive"
    STATE_LEGACY = "torch.save file of before 2020"
    PICKLE = "pickle"
    TORCHSCRIPT = "TorchScript program"
    EXPORT = "torch.export program"
    PIPELINE = "diffusers folder"


def read_content(path: Path, max_bytes: int) -> bytes:
    """Reads a file once; all later checks see the very same bytes.

    Raises:
        CheckpointNotFoundError: no file there.
        CheckpointTooLargeError: over `max_bytes`.
    """
    if not path.is_file():
        raise CheckpointNotFoundError(
            f"no checkpoint at {path}: give the path of a file, such as a .safetensors"
        )
    size = path.stat().st_size
    if size > max_bytes:
        raise CheckpointTooLargeError(f"{path.name} has {size} bytes; at most {max_bytes} are opened")
    return path.read_bytes()


def kind_of(name: str, content: bytes, max_bytes: int) -> Kind:
    """Tells a file's format.

    Args:
        name: the file's, for sentences.
        content: all of it.
        max_bytes: most that an archive may announce.

    Raises:
        CheckpointFormatError: none that is read here; nothing in it was run.
        CheckpointTruncatedError, CheckpointTooLargeError: see `archive.entries`.
    """
    if _has_header(content):
        return Kind.SAFETENSORS
    if content.startswith(b"PK"):
        return _kind_of_zip(name, content, max_bytes)
    if content.startswith(_LEGACY_STARTS):
        return Kind.STATE_LEGACY
    if content.startswith(b"\x80"):
        return Kind.PICKLE
    if content[8:9] in (b"{", b""):
        return Kind.SAFETENSORS  # cut short
    if _may_be_text_pickle(content):
        return Kind.PICKLE
    raise CheckpointFormatError(
        f"{name} is {_foreign(content)}; nothing in it was run: give a .safetensors, a state dict "
        "of torch.save or a StyleGAN2 pickle"
    )


def _has_header(content: bytes) -> bool:
    """Safetensors begin with the length of a JSON object and the object.

    The length's bytes may be those that a pickle or a zip archive begins with, so they are asked last.
    """
    end = 8 + int.from_bytes(content[:8], "little")
    return content[8:9] == b"{" and end <= len(content) and content[8:end].rstrip(b" ").endswith(b"}")


def _kind_of_zip(name: str, content: bytes, max_bytes: int) -> Kind:
    inside = {entry.filename.partition("/")[2] for entry in entries(name, content, max_bytes)}
    if "constants.pkl" in inside or any(path.startswith("code/") for path in inside):
        return Kind.TORCHSCRIPT
    if any(path.startswith("models/") or path == "archive_format" for path in inside):
        return Kind.EXPORT
    if "data.pkl" in inside:
        return Kind.STATE_ZIP
    raise CheckpointFormatError(
        f"{name} is a zip archive that torch.save did not write; nothing in it was run: unpack it and give "
        "the checkpoint inside"
    )


def _may_be_text_pickle(content: bytes) -> bool:
    """Protocol 0 has no mark at its start; it ends in a dot and begins with one of few opcodes."""
    return content[:1] in (b"(", b"c", b"}", b"]", b"i") and content.rstrip().endswith(b".")


def _foreign(content: bytes) -> str:
    if content.startswith(b"\x1f\x8b"):
        return "gzip"
    try:
        if tarfile.is_tarfile(io.BytesIO(content)):
            return "a tar archive (torch wrote such before 2017)"
    except (OSError, EOFError, ValueError):
        return "a broken archive"
    return "of no format that is read here (not a safetensors file, either)"
