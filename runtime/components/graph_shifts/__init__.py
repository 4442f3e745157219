"""Ways in which a graph that is tested on differs from one that was trained on: one a file.

`contract` says what each is given and what it gives back.
"""
