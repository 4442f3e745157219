"""Networks: one featurizer a file.

A network is a component: a function from the shape of one input to an `nn.Module` that maps
[batch, *shape] to [batch, num_features] and has the attribute `num_features`.
"""
