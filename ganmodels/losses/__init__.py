"""The mathematics of the objectives: pure functions of scores, images and moments."""
