"""Claims: what a study says of its results, one type a file.

A claim type is a component, a function of the results and of what the study declares; what it shares
with others stands in `contract`. It returns an `Outcome`: the effect, its interval, and how surprising
the data would be if the claim were false, and if it were true. The verdict is given in
`heldout.runtime.machine.verdicts.verdicts`, over all claims of the study at once.
"""
