"""Pictures, scanned and drawn."""
