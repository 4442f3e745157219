"""Networks that embed a graph's nodes: one a file.

`contract` says what each is given and what it gives back.
"""
