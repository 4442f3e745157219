"""A causal model is asked in words: questions, the prompts that they make, and what it says."""
