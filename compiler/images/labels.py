"""What an image says of itself: OCI's annotations, as labels, and those by which heldout knows it.

Its recipe, and no version of heldout: the same recipe gives the same bytes, whatever was committed since.
"""

from heldout.compiler.images.epoch import iso
from heldout.compiler.images.inputs import catalog_digest
from heldout.compiler.images.recipe import load_images, requirements_digest

IMAGE, RECIPE, CATALOG, BASE = "heldout.image", "heldout.recipe", "heldout.catalog", "heldout.base"


def labels(name: str, base: str, recipe: str, epoch: int) -> dict[str, str]:
    """The labels of an image.

    Args:
        name: of the image, in containers/images.yaml.
        base: what it is built on: `REPOSITORY@sha256:…`, or the id of an image of this machine.
        recipe: the digest of all that it is built from, which stands for a revision of the sources.
        epoch: when it counts as made.
    """
    repository, _, digest = base.rpartition("@")
    named = {"base.name": repository} if repository else {}  # an image without a name is known by its id
    own = {
        "title": f"heldout {name}",
        "description": load_images()[name].description,
        "revision": recipe,
        "licenses": "Apache-2.0",
        "created": iso(epoch),
        **named,
        "base.digest": digest,
    }
    return {
        **{f"org.opencontainers.image.{key}": value for key, value in own.items()},
        IMAGE: name,
        RECIPE: recipe,
        CATALOG: catalog_digest(),
        BASE: base,
        "heldout.requirements": requirements_digest(name),
    }
