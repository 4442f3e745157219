"""The results of a study, by cell."""
