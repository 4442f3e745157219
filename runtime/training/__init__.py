"""Gradient descent: its loop, its rates, and what its next step depends on."""
