"""The folders here are laid over a copy of the repository; their tests run there."""

collect_ignore_glob = ["*/*"]
