"""Where numbers come from: what is recorded beside them, and what of it must be alike to compare them."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Provenance:
    """Where numbers come from: without it they can't be compared.

    Attributes:
        extractor: name of the feature extractor.
        weights_digest: SHA-256 of the extractor's weights file.
        protocol: name of the preprocessing (resize filter and normalisation).
        dtype: what the network computed in, such as "float32".
        count: number of images.
        images_digest: digest of the set of images.
        backend: what ran the network; values of two backends agree to 1e-5 and may be compared.
        output: which of the network's outputs the features are.
    """

    extractor: str
    weights_digest: str
    protocol: str
    dtype: str
    count: int
    images_digest: str = ""
    backend: str = "torch"
    output: str = "features"

    def differences(self, other: Provenance) -> list[str]:
        """Names of the fields in which two provenances may not differ, but do."""
        fields = ("extractor", "weights_digest", "protocol", "dtype")
        return [name for name in fields if getattr(self, name) != getattr(other, name)]

    def as_dict(self) -> dict[str, str | int]:
        """The fields as plain JSON values."""
        return asdict(self)
