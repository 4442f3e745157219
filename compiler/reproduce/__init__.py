"""Run an archived study again, and compare what comes out with what was archived."""
