"""Lowering: from a plan to files that Snakemake and the runtime read."""
