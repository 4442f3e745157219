"""String tasks: one a file.

A string task is a component: a function that gives a `StringTask`, which draws questions of a
given length and answers them. What its length counts, each task says.
"""
