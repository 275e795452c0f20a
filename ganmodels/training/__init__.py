"""One training loop for every model, and what it stands on: data, state, log."""
