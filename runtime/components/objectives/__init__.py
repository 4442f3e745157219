"""Objectives: what a classifier is trained to minimise, one a file.

An objective is a component, a function of what the trainer supplies (positional, any of those
in `contract`, asked for by name) and of its hyper-parameters (keyword-only).
It returns a loss, or an `Update` where it needs more than the gradient of a loss.
"""
