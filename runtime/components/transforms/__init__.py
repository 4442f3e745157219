"""Transforms of pictures: augmentation, preprocessing and corruptions, one a file."""
