"""The values that a column of data has, from which the levels of an axis come."""
