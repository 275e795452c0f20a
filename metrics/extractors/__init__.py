"""Networks that turn images into features and class probabilities, one catalogue file each."""
