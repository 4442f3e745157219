"""The store as the compiler sees it: what is there, whole, and used by whom. The runtime writes it."""
