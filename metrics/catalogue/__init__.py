"""The metrics, one file each; the file's stem is the metric's name."""
