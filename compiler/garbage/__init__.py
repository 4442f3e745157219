"""Results that no study needs any more: found first, then removed."""
