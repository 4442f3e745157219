"""Losses: from logits and labels to the loss of each example, in a precision of its own."""
