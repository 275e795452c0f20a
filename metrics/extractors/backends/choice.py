"""Which backend runs a network: the fastest one installed, unless the user names one."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import cast

import torch
from torch import nn

from metrics.errors import InvalidSettingError
from metrics.extractors.registry import Network
from metrics.registry.discovery import unknown_name

BACKENDS = ("auto", "torch", "openvino")
ENVIRONMENT = "METRICS_BACKEND"
"""Variable that says what "auto" is to mean on this machine."""


def on_backend(
    network: Network, outputs: frozenset[str], device: torch.device, asked: str
) -> tuple[Network, str]:
    """The network on a device, and the name of the backend that runs it.

    Args:
        network: a network of torch.
        outputs: names of what it gives.
        device: where it is to run; OpenVINO is for CPUs.
        asked: "torch", "openvino", or "auto" for what METRICS_BACKEND says, else the faster one installed.

    Raises:
        UnknownNameError: there is no such backend.
        InvalidSettingError: it isn't installed, or can't run this network there.
    """
    if asked == "auto":
        asked = os.environ.get(ENVIRONMENT, "auto")
    if asked not in BACKENDS:
        raise unknown_name("backend", asked, BACKENDS)
    possible = device.type == "cpu" and isinstance(network, nn.Module) and find_spec("openvino") is not None
    if asked == "openvino" and not possible:
        raise InvalidSettingError(
            "OpenVINO runs torch modules on the CPU where it is installed: pip install openvino, "
            "or take the backend 'torch'."
        )
    if asked == "torch" or not possible or not isinstance(network, nn.Module):
        return network.to(device), "torch"
    # Importing OpenVINO would report that to its makers; where this module is missing, it keeps silent.
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))
    from metrics.extractors.backends.openvino import OpenVinoNetwork

    return OpenVinoNetwork(network, outputs), "openvino"
