"""Python code, found and read without running it."""
