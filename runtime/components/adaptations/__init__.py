"""Adaptations: what a trained classifier does with a stream of inputs that have no labels, one a file.

An adaptation is a component: a function of the classifier, one batch of the stream and a state
(positional) and of its hyper-parameters (keyword-only). It returns the batch's logits and the next
state. `heldout.runtime.components.adaptations.contract` says what it is given.
"""
