"""Objectives of regression: what a network that predicts numbers is trained to minimise, one a file.

As objectives of classifiers are, with the loss of an example as the study chose it.
"""
