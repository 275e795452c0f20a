"""How a function becomes a metric, and how catalogue files are found."""
