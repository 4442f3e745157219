"""Studies of generalization, from a spec to a report with a verdict for each claim."""
