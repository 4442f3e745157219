"""What a parameter or a claim may name: one folder a kind, its contract beside."""
