"""Which metrics run, with which extractor, in which pass over the images."""
