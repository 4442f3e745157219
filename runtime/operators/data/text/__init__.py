"""Text and token sequences."""
