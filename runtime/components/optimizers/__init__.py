"""Optimizers: from gradients to the next weights, one a file."""
