"""The rows of a dataset: columns, domains, and joins by id."""
