"""The ledger: what came of a study when it was last recorded, in a file beside its spec."""
