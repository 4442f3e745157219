"""The plan: which tasks there are, what each is called by its content, and how they are packed."""
