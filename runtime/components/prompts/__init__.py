"""Prompts: what is learnt in front of a frozen CLIP, one way of prompting a file.

A way of prompting is a component: a function from the sizes of the two towers (`Towers`) to a
`PromptLearner`, which says what stands at the context's places in each layer.
"""
