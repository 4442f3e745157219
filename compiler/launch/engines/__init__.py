"""Container engines, one a file: each module has its engine as `ENGINE`, by whose name people choose it."""
