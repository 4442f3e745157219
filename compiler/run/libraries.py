"""Which versions of libraries the tasks of a study are computed with."""

import importlib.metadata
import os
from functools import cache

from heldout.compiler.catalog import Catalog

CHOICE = "HELDOUT_LIBRARIES"  # `shipped`: those of the catalog, and so of the images
ANY = "any"  # jobs compute with what is installed, whatever the plan says


def with_installed(catalog: Catalog) -> Catalog:
    """A catalog with the versions that are installed here.

    They stay those of the catalog, with which images are built, where the environment variable
    HELDOUT_LIBRARIES is `shipped`, and where one of them is not installed, as on a login node: then jobs
    run elsewhere.
    """
    if os.environ.get(CHOICE) == "shipped":
        return catalog
    try:
        here = {name: _installed(name) for name in catalog.libraries}
    except importlib.metadata.PackageNotFoundError:
        return catalog
    return catalog if here == catalog.libraries else catalog.model_copy(update={"libraries": here})


@cache
def _installed(name: str) -> str:
    """Major and minor version of a library here, as the runtime says it (`heldout.runtime.source.libraries`).

    Raises:
        PackageNotFoundError: it is not installed.
    """
    return ".".join(importlib.metadata.version(name).partition("+")[0].split(".")[:2])
