"""Annealed importance sampling: the likelihood of an observation under a decoder with Gaussian noise."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.ordering import torch_generator

_ACCEPTED = 0.65
_FIRST_LENGTH = 0.05


def annealed_log_likelihoods(
    decode: Callable[[Tensor], Tensor],
    observations: Float[Tensor, "n p"],
    starts: Float[Tensor, "c n latent"],
    *,
    noise: float,
    distributions: int,
    leapfrog: int,
    seed: int,
) -> Float[Tensor, " n"]:
    """The logarithm of p(x) = ∫ N(z; 0, I) N(x; decode(z), noise² I) dz of each observation, in nats.

    Chains go from the prior to the posterior through densities N(z; 0, I) · N(x; decode(z), noise² I)^β, with
    a Hamiltonian step at each β; their weights average to p(x), so that the logarithm is on average too low.

    Args:
        decode: differentiable map from latents (n, latent) to observations (n, p).
        observations: what is observed (n, p).
        starts: draws from the prior for c chains of each observation.
        noise: standard deviation of the observation's noise, above 0.
        distributions: number of steps from β = 0 to 1, on Wu et al.'s sigmoid schedule.
        leapfrog: leapfrog steps of each Hamiltonian step; their length adapts to accept 65 %.
        seed: fixes the momenta and the acceptances.

    Source: Neal 2001; Wu et al. 2017, section 3; checked against the closed form for a linear decoder.
    """
    chains, count, size = starts.shape
    repeated = observations.repeat(chains, 1)
    constant = -0.5 * observations.shape[1] * math.log(2 * math.pi * noise**2)

    def fit(latents: Tensor) -> Tensor:
        squares = (decode(latents) - repeated).double().square().sum(dim=1)
        return constant - squares / (2 * noise**2)

    generator = torch_generator(seed)
    latents = starts.reshape(chains * count, size)
    length = torch.full((chains * count, 1), _FIRST_LENGTH)
    weights = torch.zeros(chains * count, dtype=torch.float64)
    schedule = sigmoid_schedule(distributions)
    for before, after in itertools.pairwise(schedule):
        with torch.no_grad():
            weights += (after - before) * fit(latents)
        latents, accepted = _hamiltonian_step(
            fit, latents, after, length, leapfrog=leapfrog, generator=generator
        )
        # Each chain's own length grows after an acceptance and shrinks after a refusal.
        length = length * torch.where(accepted, 1.02, 1.02 ** (-_ACCEPTED / (1 - _ACCEPTED)))[:, None]
    return torch.logsumexp(weights.reshape(chains, count), dim=0) - math.log(chains)


def sigmoid_schedule(distributions: int) -> list[float]:
    """β from 0 to 1 in so many steps, close together at both ends.

    Source: Wu et al. 2017, code: a sigmoid from -4 to 4, stretched to 0 and 1.
    """
    curve = torch.sigmoid(torch.linspace(-4, 4, distributions + 1, dtype=torch.float64))
    stretched: list[float] = ((curve - curve[0]) / (curve[-1] - curve[0])).tolist()
    return stretched


def _hamiltonian_step(
    fit: Callable[[Tensor], Tensor],
    latents: Float[Tensor, "m latent"],
    beta: float,
    length: Float[Tensor, "m 1"],
    *,
    leapfrog: int,
    generator: torch.Generator,
) -> tuple[Float[Tensor, "m latent"], Tensor]:
    """One step that leaves N(z; 0, I) · exp(β fit(z)) as it is: the new latents, and which were accepted."""

    def energy(at: Tensor) -> tuple[Tensor, Tensor]:
        """Minus the log-density, and its gradient."""
        with torch.enable_grad():
            at = at.detach().requires_grad_()
            value = at.double().square().sum(dim=1) / 2 - beta * fit(at)
            (gradient,) = torch.autograd.grad(value.sum(), at)
        return value.detach(), gradient

    momentum = torch.randn(latents.shape, generator=generator).to(latents)
    value, gradient = energy(latents)
    start = value + momentum.double().square().sum(dim=1) / 2
    moved, speed = latents, momentum - length / 2 * gradient
    for step in range(leapfrog):
        moved = moved + length * speed
        value, gradient = energy(moved)
        speed = speed - (length if step < leapfrog - 1 else length / 2) * gradient
    gained = start - value - speed.double().square().sum(dim=1) / 2
    drawn = torch.rand(len(latents), generator=generator, dtype=torch.float64).log()
    accepted = drawn < gained
    return torch.where(accepted[:, None], moved, latents), accepted
