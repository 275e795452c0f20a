"""The extractors, one file each; the file's stem is the extractor's name."""
