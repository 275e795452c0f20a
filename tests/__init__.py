"""A package, so that an installed library's folder of the same name does not stand before it."""
