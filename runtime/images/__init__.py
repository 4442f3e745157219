"""Pictures: scanned digits, drawn shapes, and those read from files."""
