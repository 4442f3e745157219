"""What carries a study out; no place for a paper."""
