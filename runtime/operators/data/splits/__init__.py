"""Which rows are for training, for selection and for testing."""
