"""A causal language model trained on rows of tokens without padding, whole or by an adapter."""
