"""Networks that the catalogue's models are composed of."""
