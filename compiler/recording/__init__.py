"""From a finished run to the ledger: what the store has of it, and what the runtime says came out."""
