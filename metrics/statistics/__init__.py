"""Mathematics on features and probabilities: pure functions of tensors, knowing no image and no network."""
