"""The compiler: from a study's spec to a Snakemake workflow. Runs on a login node, without torch."""

LANGUAGE = 1  # the version of the spec language, written `heldout: 1`
