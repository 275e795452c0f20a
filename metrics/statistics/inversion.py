"""Latent inversion: the latent whose image comes nearest to a given one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Inversion:
    """What a search found.

    Attributes:
        latents: the best one for each target (n, latent).
        errors: its mean squared error (n,), float64.
        by_start: the least error that each start came to (r, n), float64.
        latents_by_start: where it did (r, n, latent).
    """

    latents: Float[Tensor, "n latent"]
    errors: Float[Tensor, " n"]
    by_start: Float[Tensor, "r n"]
    latents_by_start: Float[Tensor, "r n latent"]


def invert(
    make: Callable[[Tensor], Tensor],
    targets: Float[Tensor, "n ..."],
    starts: Float[Tensor, "r n latent"],
    *,
    steps: int,
    learning_rate: float,
) -> Inversion:
    """Minimise |make(z) - x|² over z by Adam from several starts, and keep the best step of the best start.

    Args:
        make: differentiable map from latents (n, latent) to what the targets are.
        targets: what is looked for (n, …).
        starts: r first guesses for each target.
        steps: Adam steps from each start; the rate falls linearly to a tenth.
        learning_rate: of the first step.

    Source: Xiang and Li 2017, section 3; Metz et al. 2017, section 3.3.2; checked against least squares.
    """
    by_start = torch.full((len(starts), len(targets)), torch.inf, dtype=torch.float64)
    found = starts.clone()
    for place, start in enumerate(starts):
        latents = start.clone().requires_grad_()
        optimizer = torch.optim.Adam([latents], lr=learning_rate)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, total_iters=max(1, steps))
        with torch.enable_grad():
            for step in range(steps + 1):
                errors = (make(latents) - targets).flatten(1).square().mean(dim=1)
                better = errors.detach().double() < by_start[place]
                by_start[place] = torch.where(better, errors.detach().double(), by_start[place])
                found[place] = torch.where(better[:, None], latents.detach(), found[place])
                if step < steps:
                    optimizer.zero_grad()
                    torch.autograd.backward(errors.sum())
                    optimizer.step()
                    schedule.step()
    best = by_start.min(dim=0)
    return Inversion(found[best.indices, torch.arange(len(targets))], best.values, by_start, found)
