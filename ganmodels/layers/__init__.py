"""Layers that torch has not, shared by the networks."""
