"""Encoders of text: transformers over tokens, and the models of sentences made of them."""
