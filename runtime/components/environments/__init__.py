"""Environments: one a file.

An environment is a component: a function from the numbers of some levels to those levels, ready
to be played in many places at once (`contract`). Equal numbers are equal
levels, whoever plays them.
"""
