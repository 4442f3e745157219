"""Tables of numbers that need no network."""
