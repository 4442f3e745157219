"""The images that jobs run in: their recipes, and pins of what was built from them."""

from heldout.compiler.images.inputs import recipe_digest
from heldout.compiler.images.pins import Pin, PinError, Pins, read_pins
from heldout.compiler.images.recipe import Image, load_images, requirements_digest

__all__ = [
    "Image",
    "Pin",
    "PinError",
    "Pins",
    "load_images",
    "read_pins",
    "recipe_digest",
    "requirements_digest",
]
