"""Warnings: what a study may do and rarely means to. None keeps it from running."""
