"""One file per model; the file's stem is the model's name everywhere."""
