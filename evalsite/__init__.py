"""evalsite: people's judgements and machines' measures of generative image models."""

__version__ = "0.1.0"
