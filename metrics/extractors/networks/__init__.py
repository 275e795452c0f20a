"""Network definitions for inference: batch normalisation folded into the convolutions."""
