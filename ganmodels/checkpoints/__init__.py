"""Checkpoints of generators: saved, inspected and loaded without ever running code from a file."""

from ganmodels.checkpoints.format import Description
from ganmodels.checkpoints.load import inspect, load
from ganmodels.checkpoints.opened import CheckpointInfo
from ganmodels.checkpoints.save import save

__all__ = ["CheckpointInfo", "Description", "inspect", "load", "save"]
