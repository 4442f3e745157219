"""Running a study: its folders, its workflow, and what the jobs say meanwhile."""
