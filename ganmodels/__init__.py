"""Generative image models: train one, load a checkpoint, sample it. Pure torch; no site, no metrics."""
