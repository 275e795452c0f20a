"""Annealed importance sampling: the likelihood of an observation under a decoder with Gaussian noise.

A pilot run tunes a path from the prior to the posterior. The runs after it keep that path as it is, so that
their estimates of p(x) are unbiased and the logarithms are lower bounds on average. For observations that the
decoder has made itself, a draw of the posterior is known, and a run that contains it gives an upper bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.statistics.convergence import doublings
from metrics.statistics.ordering import torch_generator

FIRST_RUN = 250
"""Most distributions of the first run."""
ACCEPTED = 0.8
FIRST_LENGTH = 0.5
PILOT_SPREAD = 0.5
"""Nats by which the log-weights of an image's chains spread in one step of the pilot."""
PILOT_GROWTH = 1.03
"""Least growth of β in a step of the pilot: chains caught in different modes may spread by any amount."""


@dataclass(frozen=True)
class Bounds:
    """What a run tells of log p(x), in nats.

    Attributes:
        distributions: steps from the prior to the posterior.
        lower: for each observation, on average too low (n,).
        gap: upper less lower bound, the mean over simulated observations.
    """

    distributions: int
    lower: Float[Tensor, " n"]
    gap: float


def annealed_bounds(
    decode: Callable[[Tensor], Tensor],
    observations: Float[Tensor, "n p"],
    latents: Float[Tensor, "m latent"],
    *,
    noise: float,
    chains: int,
    distributions: int,
    leapfrog: int,
    seed: int,
) -> Iterator[Bounds]:
    """Bounds of log p(x), p(x) = ∫ N(z; 0, I) N(x; decode(z), noise² I) dz, of runs that double in length.

    Args:
        decode: differentiable map from latents (n, latent) to observations (n, p).
        observations: what is observed (n, p).
        latents: draws from the prior, of which observations are simulated to measure the gap.
        noise: standard deviation of the observation's noise, above 0.
        chains: chains of each observation, at least 2.
        distributions: steps of the last run, at least 2.
        leapfrog: leapfrog steps at each.
        seed: fixes the simulated observations and the chains.

    Source: Neal 2001; Wu et al. 2017, section 3; Grosse, Ghahramani, Adams 2015, section 4 (both bounds);
    checked against the closed form for a linear decoder.
    """
    generator = torch_generator(seed)
    with torch.no_grad():
        simulated = decode(latents)
    simulated = simulated + noise * torch.randn(simulated.shape, generator=generator).to(simulated)
    alone = _Annealing(_Likelihood(decode, simulated, noise), chains, leapfrog, generator)
    both = torch.cat([observations, simulated])
    together = _Annealing(_Likelihood(decode, both, noise), chains, leapfrog, generator)
    tuned = together.tuned_path(latents)
    for count in doublings(distributions, first=FIRST_RUN):
        path = tuned.divided(count)
        lower = together.forwards(path, latents)
        of_simulated = path.only(slice(len(observations), None))
        upper = alone.forwards(of_simulated, latents, alone.backwards(of_simulated, latents))
        gap = float((upper - lower[len(observations) :]).mean())
        yield Bounds(count, lower[: len(observations)], gap)


@dataclass(frozen=True)
class _Path:
    """The densities N(z; 0, I) · N(x; decode(z), noise² I)^β between prior and posterior.

    Attributes:
        betas: β of each density (t + 1,), from 0 to 1.
        lengths: of the leapfrog steps at each density, for each observation (t + 1, n).
    """

    betas: Float[Tensor, " steps"]
    lengths: Float[Tensor, "steps n"]

    def divided(self, distributions: int) -> _Path:
        """The same path in so many steps, each as hard as the other."""
        old, new = np.arange(len(self.betas)), np.linspace(0, len(self.betas) - 1, distributions + 1)
        lengths = [np.interp(new, old, column.numpy()) for column in self.lengths.T]
        return _Path(
            torch.from_numpy(np.interp(new, old, self.betas.numpy())),
            torch.from_numpy(np.stack(lengths, axis=1)),
        )

    def only(self, observations: slice) -> _Path:
        """The path of some observations."""
        return _Path(self.betas, self.lengths[:, observations])


@dataclass(frozen=True)
class _Chains:
    """Where chains are: latents (c, n, latent), their log-likelihoods (c, n), and the gradients of these."""

    latents: Float[Tensor, "c n latent"]
    fits: Float[Tensor, "c n"]
    slopes: Float[Tensor, "c n latent"]

    def minus_log_density(self, beta: float) -> Float[Tensor, "c n"]:
        return self.latents.double().square().sum(dim=2) / 2 - beta * self.fits

    def uphill(self, beta: float) -> Float[Tensor, "c n latent"]:
        return beta * self.slopes - self.latents

    def where(self, chosen: Tensor, other: _Chains) -> _Chains:
        """These chains where chosen (c, n), else the others."""
        return _Chains(
            torch.where(chosen[..., None], self.latents, other.latents),
            torch.where(chosen, self.fits, other.fits),
            torch.where(chosen[..., None], self.slopes, other.slopes),
        )

    def picked(self, indices: Int[Tensor, "c n"]) -> _Chains:
        """For each place the chain of the given number of the same observation."""
        wide = indices[..., None].expand_as(self.latents)
        return _Chains(
            self.latents.gather(0, wide), self.fits.gather(0, indices), self.slopes.gather(0, wide)
        )

    def behind(self, first: _Chains) -> _Chains:
        """These chains with one of each observation in the place of the first."""
        return _Chains(
            torch.cat([first.latents, self.latents[1:]]),
            torch.cat([first.fits, self.fits[1:]]),
            torch.cat([first.slopes, self.slopes[1:]]),
        )


@dataclass(frozen=True)
class _Likelihood:
    """N(x; decode(z), noise² I) of observations x."""

    decode: Callable[[Tensor], Tensor]
    observations: Float[Tensor, "n p"]
    noise: float

    def at(self, latents: Float[Tensor, "c n latent"]) -> _Chains:
        """Chains at given latents."""
        chains, count, size = latents.shape
        constant = -0.5 * self.observations.shape[1] * math.log(2 * math.pi * self.noise**2)
        with torch.enable_grad():
            latents = latents.detach().requires_grad_()
            made = self.decode(latents.reshape(chains * count, size)).reshape(chains, count, -1)
            squares = (made - self.observations).double().square().sum(dim=2)
            fits = constant - squares / (2 * self.noise**2)
            (slopes,) = torch.autograd.grad(fits.sum(), latents)
        return _Chains(latents.detach(), fits.detach(), slopes)


@dataclass(frozen=True)
class _Annealing:
    """Chains between the prior and the posterior of observations.

    Attributes:
        likelihood: of the observations.
        chains: chains of each observation.
        leapfrog: leapfrog steps at each density.
        generator: of all chance.
    """

    likelihood: _Likelihood
    chains: int
    leapfrog: int
    generator: torch.Generator

    def tuned_path(self, like: Float[Tensor, "m latent"]) -> _Path:
        """A path whose steps are equally hard, tuned by a pilot run.

        Each step is so long that the log-weights of an observation's chains spread by the same amount; the
        length of the leapfrog steps follows the rate of acceptance, observation by observation.

        Args:
            like: latents of the size and dtype wanted.

        Source: Neal 2001, section 4 (spacing); Andrieu and Thoms 2008, section 4 (lengths).
        """
        chains = self._from_prior(like)
        length = torch.full((chains.fits.shape[1],), FIRST_LENGTH, dtype=torch.float64)
        betas, lengths = [0.0], [length]
        while betas[-1] < 1:
            spread = float(chains.fits.var(dim=0).mean().sqrt())
            further = betas[-1] + PILOT_SPREAD / max(spread, PILOT_SPREAD)
            betas.append(min(1.0, max(further, betas[-1] * PILOT_GROWTH)))
            chains, chance = self._moved(chains, betas[-1], length)
            length = length * torch.exp(chance.mean(dim=0) - ACCEPTED)
            lengths.append(length)
        return _Path(torch.tensor(betas, dtype=torch.float64), torch.stack(lengths))

    def forwards(
        self, path: _Path, like: Float[Tensor, "m latent"], retained: Sequence[_Chains] = ()
    ) -> Float[Tensor, " n"]:
        """Log p(x) of each observation, from the prior to the posterior: on average too low.

        Where few chains carry most of the weight, all are drawn again by their weights: with so few chains
        this takes away most of the error. With a chain retained that ends in a draw of the posterior, the
        inverse of the estimate is unbiased, and its logarithm on average too high.

        Args:
            path: the densities passed through.
            like: latents of the size and dtype wanted.
            retained: one chain of each observation at each density.

        Source: Del Moral, Doucet, Jasra 2006, section 3; Andrieu, Doucet, Holenstein 2010, section 4.
        """
        chains = self._from_prior(like)
        weights = torch.zeros_like(chains.fits)
        total = torch.zeros(weights.shape[1], dtype=torch.float64)
        places = torch.arange(len(weights))[:, None]
        for step, rise in enumerate(path.betas.diff().tolist()):
            if retained:
                chains = chains.behind(retained[step])
            weights = weights + rise * chains.fits
            few = _effective(weights) < len(weights) / 2
            if bool(few.any()):
                drawn = torch.multinomial(
                    weights.softmax(dim=0).T, len(weights), replacement=True, generator=self.generator
                ).T
                if retained:
                    drawn[0] = 0
                chains = chains.picked(torch.where(few, drawn, places))
                total = total + torch.where(few, _log_mean(weights), 0.0)
                weights = torch.where(few, 0.0, weights)
            chains, _ = self._moved(chains, float(path.betas[step + 1]), path.lengths[step + 1])
        return total + _log_mean(weights)

    def backwards(self, path: _Path, latents: Float[Tensor, "n latent"]) -> list[_Chains]:
        """A chain of each observation from the posterior to the prior: where it is at each density.

        Args:
            path: the densities passed through.
            latents: draws of the posteriors: of each simulated observation the latent that it was made from.
        """
        chains = self.likelihood.at(latents[None])
        passed = [chains]
        for step in range(len(path.betas) - 1, 0, -1):
            chains, _ = self._moved(chains, float(path.betas[step]), path.lengths[step])
            passed.append(chains)
        return passed[::-1]

    def _from_prior(self, like: Float[Tensor, "m latent"]) -> _Chains:
        shape = (self.chains, len(self.likelihood.observations), like.shape[1])
        return self.likelihood.at(torch.randn(shape, generator=self.generator).to(like))

    def _moved(
        self, chains: _Chains, beta: float, length: Float[Tensor, " n"]
    ) -> tuple[_Chains, Float[Tensor, "c n"]]:
        """One Hamiltonian step, which leaves the density at β as it is, and how probable its acceptance was.

        The length of a chain's leapfrog steps is drawn from three to five quarters of the given one, since an
        orbit that closes on itself would go nowhere.

        Source: Neal 2011, sections 2 and 3.2.
        """
        jitter = 0.75 + torch.rand(chains.fits.shape, generator=self.generator, dtype=torch.float64) / 2
        steps = (length * jitter)[..., None].to(chains.latents)
        momentum = torch.randn(chains.latents.shape, generator=self.generator).to(chains.latents)
        start = chains.minus_log_density(beta) + momentum.double().square().sum(dim=2) / 2
        moved, speed = chains, momentum + steps / 2 * chains.uphill(beta)
        for step in range(self.leapfrog):
            moved = self.likelihood.at(moved.latents + steps * speed)
            speed = speed + (steps if step < self.leapfrog - 1 else steps / 2) * moved.uphill(beta)
        gained = start - moved.minus_log_density(beta) - speed.double().square().sum(dim=2) / 2
        # Steps that lead out of all numbers are refused like others that gain nothing.
        chance = torch.nan_to_num(gained, nan=-math.inf).clamp(max=0).exp()
        accepted = torch.rand(chance.shape, generator=self.generator, dtype=torch.float64) < chance
        return moved.where(accepted, chains), chance


def _log_mean(weights: Float[Tensor, "c n"]) -> Float[Tensor, " n"]:
    """Logarithm of the mean weight of each observation's chains."""
    return torch.logsumexp(weights, dim=0) - math.log(len(weights))


def _effective(weights: Float[Tensor, "c n"]) -> Float[Tensor, " n"]:
    """Effective sample size (Σ w)² / Σ w² of each observation's chains, from 1 to c."""
    return torch.exp(2 * torch.logsumexp(weights, dim=0) - torch.logsumexp(2 * weights, dim=0))
