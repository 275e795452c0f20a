"""The commands of `python -m metrics`, one file each."""
