"""Other people's checkpoints, kept as ours: opened once, and from then on a file that describes itself."""

from dataclasses import replace
from pathlib import Path

from ganmodels.checkpoints.asked import Asked
from ganmodels.checkpoints.format import MAX_FILE_BYTES
from ganmodels.checkpoints.load import open_checkpoint
from ganmodels.checkpoints.save import package_versions, save
from ganmodels.errors import CheckpointModelError
from ganmodels.registry import model_files


def convert(path: Path, target: Path, asked: Asked, *, max_bytes: int = MAX_FILE_BYTES) -> None:
    """Writes a checkpoint of any format as our own, with the digest of the file it comes from.

    Args:
        path: see `load`.
        target: where to; by custom ends in `.safetensors`. Its folder is made where missing.
        asked: what the caller says of it.
        max_bytes: largest file to open.

    Raises:
        CheckpointModelError: the network is not of the catalogue, so its description could not be opened.
        CheckpointError, GanmodelsError: as `load`.
    """
    opened = open_checkpoint(path, asked, max_bytes=max_bytes)
    if opened.info.model not in model_files():
        raise CheckpointModelError(
            f"{path.name} holds '{opened.info.model[:80]}', which is not of the catalogue; "
            "only its models are kept"
        )
    told = opened.info.description
    source = {"source_format": opened.info.file_format, "source_sha256": opened.info.sha256}
    target.parent.mkdir(parents=True, exist_ok=True)
    save(
        target,
        opened.network,
        replace(told, data={**told.data, **source}, versions=told.versions or package_versions()),
    )
