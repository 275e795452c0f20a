"""What each metric notices: its curve as good images are spoiled, each way by itself, more and more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from metrics.evaluate import evaluate
from metrics.extractors.opening import open_extractor
from metrics.extractors.registry import Extractor, WeightsRequest
from metrics.images.sources import ImageInput, open_images
from metrics.registry.signatures import SettingValue
from metrics.results.files import make_folder, write_results
from metrics.sensitivity.sets import DealtSets, deal_sets

STRENGTHS = (0.25, 0.5, 0.75, 1.0)
UNSPOILED = "none"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Point:
    """A quantity at one strength of one distortion; the interval holds with 95 %."""

    distortion: str
    strength: float
    quantity: str
    title: str
    better: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Measurement:
    """How the curves are measured; the fields are arguments of `measure_sensitivity`."""

    sets: DealtSets
    metrics: tuple[str, ...]
    extractor: Extractor
    folder: Path
    seed: int
    settings: dict[str, dict[str, SettingValue]] = field(default_factory=dict)

    def points(self, distortion: str, strength: float) -> list[Point]:
        """All quantities at one strength; read from the folder if they were measured before."""
        spoiled = self.sets.spoiled(distortion, strength, self.seed) if strength else self.sets.good
        path = self.folder / "measured" / f"{distortion}_{round(100 * strength):03}.json"
        identity = self._identity(spoiled)
        known = _read_points(path, identity)
        if known is not None:
            return known
        found = evaluate(
            metrics=self.metrics,
            generated=spoiled,
            reference=self.sets.reference,
            held_out=self.sets.held_out,
            extractor=self.extractor,
            settings=self.settings,
            seed=self.seed,
            cache=self.folder / "cache",
            download=False,
        )
        points = [
            Point(
                distortion=distortion,
                strength=strength,
                quantity=result.quantity,
                title=result.title,
                better=result.better,
                value=result.value,
                low=result.value if result.low is None else result.low,
                high=result.value if result.high is None else result.high,
            )
            for result in found
        ]
        text = json.dumps({"identity": identity, "points": [asdict(point) for point in points]}, indent=1)
        write_results(path, text.encode())
        return points

    def _identity(self, spoiled: Tensor) -> str:
        """Digest of everything that the numbers depend on."""
        looked = (self.extractor.name, self.extractor.weights_digest, self.extractor.dtype, self.seed)
        digest = hashlib.sha256(repr((self.metrics, self.settings, looked)).encode())
        for pixels in (spoiled, self.sets.reference, self.sets.held_out):
            digest.update(pixels.contiguous().numpy().tobytes())
        return digest.hexdigest()


def measure_sensitivity(
    source: ImageInput,
    folder: Path,
    *,
    other: ImageInput | None = None,
    metrics: Sequence[str] = ("all",),
    extractor: str | Extractor = "efficientnet_lite0",
    strengths: Sequence[float] = STRENGTHS,
    images: int = 600,
    seed: int = 0,
    weights: Path | None = None,
    device: str = "cpu",
    settings: dict[str, dict[str, SettingValue]] | None = None,
    progress: Progress | None = None,
) -> list[Point]:
    """Curves of metrics under each distortion.

    All metrics share one pass of the extractor at each strength. What was measured before in the same folder,
    of the same images with the same settings, is not measured again.

    Args:
        source: real images of one size, see `metrics.open_images`.
        folder: where measurements and features are kept.
        other: another set of images of that size, for contamination.
        metrics: names of metrics, or "all" for every one that can run.
        extractor: the extractor for all of them.
        strengths: of each distortion, above 0 and at most 1.
        images: most images used, a third of them in each set.
        seed: fixes the deal and every chance.
        weights: folder with weights files.
        device: torch device that the extractor runs on.
        settings: for a metric's name, values of its settings.
        progress: called with what is measured now, how many measurements are done and how many there are.

    Returns:
        For each quantity the unspoiled value (distortion "none", strength 0) and one at each strength.

    Raises:
        TooFewSamplesError: fewer than twelve images.
        InvalidEvidenceError: images of different sizes.
        MissingWeightsError: the extractor's weights are not there.
        ResultsWriteError: the folder can't be written.
    """
    make_folder(folder / "measured")
    strange = None if other is None else open_images(other)
    sets = deal_sets(open_images(source), limit=images, seed=seed, other=strange)
    if isinstance(extractor, str):
        request = WeightsRequest(frozenset(), weights, download=False)
        extractor = open_extractor(extractor, request, torch.device(device))
    measurement = Measurement(sets, tuple(metrics), extractor, folder, seed, settings or {})
    measurements = [
        (UNSPOILED, 0.0),
        *((distortion, strength) for distortion in sets.distortions for strength in strengths),
    ]
    found: list[Point] = []
    for done, (distortion, strength) in enumerate(measurements):
        if progress is not None:
            progress(f"{distortion} {strength:g}", done, len(measurements))
        found += measurement.points(distortion, strength)
    return found


def _read_points(path: Path, identity: str) -> list[Point] | None:
    try:
        known = json.loads(path.read_text())
        return [Point(**item) for item in known["points"]] if known["identity"] == identity else None
    except (OSError, ValueError, KeyError, TypeError):  # not there, cut short, or of another version
        return None
