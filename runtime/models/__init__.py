"""The networks that operators train, and how they are restored from artifacts."""
