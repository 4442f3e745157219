"""Images that are made: scanned digits and drawn shapes."""
