"""One task of a study: which is meant, what it came from, and what keeps it from being reused."""
