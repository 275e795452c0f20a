"""Worlds in which the right answer is known, for trying generators and metrics on."""
