"""First weights other than torch's."""

from torch import nn


def dcgan_weights(network: nn.Module, std: float = 0.02) -> nn.Module:
    """Draws every weight from N(0, std²) and scales of batch normalisation from N(1, std²); biases are 0.

    Args:
        network: changed in place and returned.
        std: standard deviation of the weights.

    Source: Radford et al. 2015 (arXiv:1511.06434), section 4; scales as in the authors' code.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, std)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, std)
        else:
            continue
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return network


def glorot_weights(network: nn.Module) -> nn.Module:
    """Draws every weight uniformly with the variance 2 / (fan-in + fan-out); biases are 0.

    Torch's own have a third of that, so that without normalisation a dozen layers all but forget their input.

    Args:
        network: changed in place and returned.

    Source: Glorot and Bengio 2010, equation 16.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network
