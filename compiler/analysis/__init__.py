"""Analysis: what is proved of a study before anything runs."""
