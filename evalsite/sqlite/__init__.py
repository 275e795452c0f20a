"""The database of a site without a server of its own for it."""
