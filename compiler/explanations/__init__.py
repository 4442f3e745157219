"""What every error code means, one code a file: a title, a paragraph that teaches, wrong and right."""
