"""The images that a study may name, with what each is for: the names of containers/images.yaml."""

import functools
from collections.abc import Mapping

import yaml

from heldout.compiler.catalog import shipped


@functools.cache
def image_names() -> Mapping[str, str]:
    """The description of every image, by its name; what they are made of is a matter of building them."""
    entries = yaml.load(shipped("images.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return {str(name): str(entry["description"]) for name, entry in entries.items()}
