"""Losses of regression: from what is predicted and what is true to the loss of each example."""
