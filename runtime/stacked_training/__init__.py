"""Many such classifiers trained at once, as one stack."""
