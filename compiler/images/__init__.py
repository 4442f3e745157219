"""The images that jobs run in: their recipes, and pins of what was built from them."""

from heldout.compiler.images.inputs import recipe_digest
from heldout.compiler.images.pins import Pin, read_pin
from heldout.compiler.images.recipe import Image, load_images, requirements_digest

__all__ = ["Image", "Pin", "load_images", "read_pin", "recipe_digest", "requirements_digest"]
