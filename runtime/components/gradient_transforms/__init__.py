"""Gradient transforms: what is done to a gradient before the optimizer has it."""
