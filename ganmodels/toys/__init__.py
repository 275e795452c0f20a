"""Worlds of two dimensions, where the distribution is known and a whole training takes a minute."""
