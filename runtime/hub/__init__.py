"""The Hugging Face hub: pinned snapshots, and networks in its format."""
