"""From results to the outcome of a claim."""
