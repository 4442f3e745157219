"""What runs inside the container: operators, the store, the executor, claims and the report."""
