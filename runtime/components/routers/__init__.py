"""Components that weigh the adapters of a pool for every token of every module: one a file."""
