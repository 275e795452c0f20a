"""Chance, made of one seed: every draw is a pure function of the seed and of what it is for.

Training asks for a torch generator per purpose ("batch 17"), so nothing has to be remembered in order to
resume. Sampling asks for latents by index: row `i` depends on the seed and on `i` alone, so that any batch
size, any prefix and any starting point give the same images.
"""

import hashlib

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

_WORDS_PER_COUNTER = 4


def derive(seed: int, *purpose: str | int) -> int:
    """Derives an independent 63-bit seed for one purpose, the same on every machine and version.

    Args:
        seed: any integer.
        purpose: words and numbers that say what the seed is for.
    """
    words = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big") >> 1


def torch_rng(seed: int, *purpose: str | int) -> torch.Generator:
    """Makes a CPU generator for one purpose; see `derive`."""
    return torch.Generator().manual_seed(derive(seed, *purpose))


def normal_rows(first: int, count: int, size: int, seed: int) -> Float[Tensor, "count size"]:
    """Draws rows `first` to `first + count - 1` of an endless table of standard normal numbers.

    Counter-based (Philox 4x64, whose stream NumPy guarantees), so a row costs the same wherever it lies.
    Uniform numbers of 53 bits become normal through the inverse distribution function, which looks at one
    number at a time: no value depends on its neighbours or on how many are drawn.

    Args:
        first: index of the first row, from 0.
        count: number of rows.
        size: numbers per row.
        seed: any integer.

    Returns:
        float32, on the CPU.

    Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.
    """
    counters = -(-size // _WORDS_PER_COUNTER)
    key = [derive(seed, "latents", 0), derive(seed, "latents", 1)]
    stream = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=first * counters)
    words = np.asarray(stream.random_raw(count * counters * _WORDS_PER_COUNTER), dtype=np.uint64)
    uniform = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    table = torch.from_numpy(uniform).view(count, counters * _WORDS_PER_COUNTER)[:, :size]
    normal: Tensor = torch.special.ndtri(table)
    return normal.float()


def label_rows(first: int, count: int, classes: int, seed: int) -> Int[Tensor, " count"]:
    """Draws numbers `first` to `first + count - 1` of an endless row of classes, each equally likely.

    Args:
        first: index of the first number, from 0.
        count: numbers to draw.
        classes: numbers go from 0 to `classes - 1`.
        seed: any integer.
    """
    uniform = torch.special.ndtr(normal_rows(first, count, 1, derive(seed, "labels")).double()[:, 0])
    labels: Tensor = (uniform * classes).long().clamp(max=classes - 1)
    return labels


def seed_of(latent: Float[Tensor, " latent"]) -> int:
    """Makes a seed of a latent, for noise that belongs to one image whatever batch it is drawn in."""
    return int.from_bytes(hashlib.sha256(latent.cpu().float().numpy().tobytes()).digest()[:8], "big") >> 1
