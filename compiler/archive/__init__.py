"""Archives: a finished study as one file that a stranger can check, read and run again."""
