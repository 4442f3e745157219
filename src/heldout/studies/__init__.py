"""Studies as Python values, for notebooks and scripts: checked, planned, run, and loaded again."""
