"""Questions about tests: what of the learning system they reach, and whether they can fail."""
