"""What an image is built from: every file of it, and the digest of them all."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from heldout.compiler.catalog import shipped
from heldout.compiler.images.definition import render
from heldout.compiler.images.holdings import INSIDE, Holdings, holdings_of
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.recipe import load_images, requirements_bytes

PACKAGE = Path(__file__).parents[2]  # `heldout`, installed or in the repository


def runtime_files() -> dict[str, bytes]:
    """The files of the runtime, by their path in the image's own folder.

    Without the version: with it, every commit would be another recipe.
    """
    return {
        path.relative_to(PACKAGE.parent).as_posix(): path.read_bytes()
        for path in sorted([*PACKAGE.glob("*"), *(PACKAGE / "runtime").rglob("*")])
        if path.is_file()
        and "__pycache__" not in path.parts
        and not path.name.startswith(".")
        and path != PACKAGE / "_version.py"
    }


def image_files(name: str) -> dict[str, bytes]:
    """What a build copies into an image, by path in the image's own folder: runtime and catalog."""
    return {
        **runtime_files(),
        INSIDE: shipped("catalog.json").read_bytes(),
        "requirements.txt": requirements_bytes(name),
        "bin/python": launcher(load_images()[name].base.python),
    }


def launcher(python: str) -> bytes:
    """The program `python` of an image: the base's interpreter, whatever the base calls it.

    Not a link, since an interpreter finds its own packages from the place that it is called by.
    """
    return f'#!/bin/sh\nexec {python} "$@"\n'.encode()


def recipe_digest(name: str, base: str | None = None) -> str:
    """The digest of all that an image is built from, its base included.

    Args:
        name: of the image.
        base: what it is built on, where that is not the base of its recipe.
    """
    own = load_images()[name].base
    files = {
        **image_files(name),
        "Dockerfile": render("Dockerfile", name, base or own.reference, {}).encode(),
        "check_packages.py": shipped("check_packages.py").read_bytes(),
    }
    return digest_of(files)


def pinned_recipe(name: str, pin: Pin) -> str:
    """What the recipe of a pin would be now, on the base that it was built on."""
    own = load_images()[name].base.reference
    return recipe_digest(name, None if pin.base == own else pin.base)


def is_current(name: str, pin: Pin) -> bool:
    """Whether a pin is of the recipe as it is now."""
    return pinned_recipe(name, pin) == pin.recipe


def digest_of(files: Mapping[str, bytes]) -> str:
    """The digest of files with their paths."""
    content = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    return f"sha256:{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}"


def own_holdings() -> Holdings:
    """What an image would hold that is built now: the operators and components that are shipped."""
    return holdings_of(shipped("catalog.json").read_bytes())


def catalog_digest() -> str:
    """The digest that the catalog in an image would have, as the catalog says it."""
    return own_holdings().catalog
