"""The executor: run the tasks of one shard and keep their results in the store."""
