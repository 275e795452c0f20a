"""Spectral normalisation of whole networks: each layer's largest singular value is kept at one."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


def normalise_spectrally(network: nn.Module, power_iterations: int = 1) -> nn.Module:
    """Divides the weight of every linear and convolutional layer by its largest singular value.

    A convolution's weight is read as the matrix (outputs, inputs · height · width). The value is estimated,
    and the estimate carried on by `power_iterations` at every pass in training mode.

    Args:
        network: changed in place and returned.
        power_iterations: per pass; the paper finds one enough.

    Source: Miyato et al. 2018 (arXiv:1802.05957), section 2.1 and algorithm 1.
    """
    for layer in list(network.modules()):
        if isinstance(layer, nn.Linear | nn.Conv2d):
            spectral_norm(layer, n_power_iterations=power_iterations)
    return network
