"""Two runs of a study, cell by cell."""
