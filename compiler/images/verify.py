"""Hold an image against its pin and against the recipe of this checkout."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heldout.compiler.images.archives import BLOCK
from heldout.compiler.images.contents import Contents, read_contents
from heldout.compiler.images.context import Build
from heldout.compiler.images.daemon import FAULTS, Daemon, explain
from heldout.compiler.images.inputs import catalog_digest, pinned_recipe
from heldout.compiler.images.labels import BASE, CATALOG, IMAGE, RECIPE
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.progress import Progress, counted

SHOWN = 8


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was pinned.

    Attributes:
        what: it is: recipe, catalog, image, layers, label, file, bill or sif.
        pinned: what was expected.
        found: what is there.
    """

    what: str
    pinned: str
    found: str


def verify(daemon: Daemon, name: str, pin: Pin, folder: Path, progress: Progress) -> list[Difference]:
    """Recompute all that a pin says.

    The engine's own bookkeeping is not believed: the image is read out of it, and every layer and the
    configuration are hashed again.

    Args:
        daemon: of the engine.
        name: of the image.
        pin: what its name stands for.
        folder: where its bill of materials lies.
        progress: who is told.
    """
    found = [*_against_recipe(name, pin), *_sif(pin)]
    image = daemon.find(pin.image_id) or (daemon.find(pin.reference) if pin.reference else None)
    if image is None:
        return [*found, Difference("image", pin.image_id, f"{daemon.name} has no such image")]
    progress.step("reading every layer")
    try:
        blocks = counted(image.save(BLOCK), progress, image.attrs.get("Size"))
        contents = read_contents(blocks)
    except FAULTS as error:
        raise explain(error, name) from error
    except ValueError as error:
        return [*found, Difference("image", pin.image_id, str(error))]
    return [*found, *_against_contents(name, pin, contents), *_bill(folder / f"{name}.cdx.json", contents)]


def _against_recipe(name: str, pin: Pin) -> Iterator[Difference]:
    recipe = pinned_recipe(name, pin)
    if recipe != pin.recipe:
        yield Difference("recipe", pin.recipe, recipe)
    if catalog_digest() != pin.catalog:
        yield Difference("catalog", pin.catalog, catalog_digest())


def _against_contents(name: str, pin: Pin, contents: Contents) -> Iterator[Difference]:
    if contents.image_id != pin.image_id:
        yield Difference("image", pin.image_id, contents.image_id)
    said = contents.config["rootfs"]["diff_ids"]
    for number, (diff_id, actual) in enumerate(zip(said, contents.diff_ids, strict=True), 1):
        if diff_id != actual:
            yield Difference(f"layer {number} of {len(said)}", diff_id, actual)
    labels = contents.config.get("config", {}).get("Labels") or {}
    for label, expected in ((IMAGE, name), (RECIPE, pin.recipe), (CATALOG, pin.catalog), (BASE, pin.base)):
        if labels.get(label) != expected:
            yield Difference(f"label {label}", expected, labels.get(label, "absent"))
    yield from _files(_own_files(name, pin, labels), contents.files)


def _own_files(name: str, pin: Pin, labels: dict[str, str]) -> dict[str, str]:
    """The SHA-256 of the files that the recipe of this checkout would put into the image."""
    made = labels.get("org.opencontainers.image.created", "1970-01-01T00:00:00Z")
    epoch = int(datetime.fromisoformat(made).timestamp())
    files = Build(name, pin.base, pin.recipe, epoch).own_files()
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def _files(here: dict[str, str], inside: dict[str, str]) -> Iterator[Difference]:
    differing = [path for path in sorted({*here, *inside}) if here.get(path) != inside.get(path)]
    for path in differing[:SHOWN]:
        found = (
            "differs here"
            if path in here and path in inside
            else "is only " + ("in the image" if path in inside else "here")
        )
        yield Difference("file", path, found)
    if len(differing) > SHOWN:
        yield Difference("file", f"{len(differing) - SHOWN} more", "differ")


def _bill(path: Path, contents: Contents) -> Iterator[Difference]:
    inside = contents.files.get("bill.cdx.json")
    if path.exists() and inside is not None and _sha256(path) != inside:
        yield Difference("bill of materials", f"the one in the image, {inside[:12]}", f"{path} differs")


def _sif(pin: Pin) -> Iterator[Difference]:
    if pin.sif is None:
        return
    if not pin.sif.path.is_file():
        yield Difference("sif", pin.sif.sha256, f"there is no file {pin.sif.path}")
    elif (actual := f"sha256:{_sha256(pin.sif.path)}") != pin.sif.sha256:
        yield Difference("sif", pin.sif.sha256, actual)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
