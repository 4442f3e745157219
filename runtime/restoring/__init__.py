"""From an artifact to its network, of whichever kind it is."""
