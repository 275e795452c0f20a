"""What can run a network: torch itself, or something faster on a CPU, with the same values to 1e-5."""
