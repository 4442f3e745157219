"""Language models: one causal network a file.

A language model is a component: a function from the size of the vocabulary to an `nn.Module` that
maps tokens [batch, length], int64, to logits [batch, length, vocabulary], where those at a place
depend on the tokens up to it alone. So padding on the right needs no mask.
"""
