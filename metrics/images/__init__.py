"""Reading sets of images, and the named ways of preparing them for a network."""
