"""Benchmarks: what compiling, dry-running, running, rerunning and growing a study cost."""
