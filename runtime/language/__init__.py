"""Token sequences, sentences and strings, as operators and components take them."""
