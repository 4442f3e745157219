"""Data of the Hugging Face hub."""
