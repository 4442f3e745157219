"""Hold an image against its own pin, whatever the heldout that looks at it would build."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heldout.compiler.images.archives import BLOCK
from heldout.compiler.images.contents import Contents, read_contents
from heldout.compiler.images.context import Build
from heldout.compiler.images.daemon import FAULTS, Daemon, explain
from heldout.compiler.images.holdings import Holdings, holdings_of, holdings_path
from heldout.compiler.images.inputs import pinned_recipe
from heldout.compiler.images.labels import BASE, CATALOG, IMAGE, RECIPE
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.progress import Progress, counted

SHOWN = 8


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was pinned.

    Attributes:
        what: it is: catalog, image, layer, label, file, bill of materials or sif.
        pinned: what was expected.
        found: what is there.
    """

    what: str
    pinned: str
    found: str


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes:
        differences: from what was pinned; none where the image is what it claims to be.
        holds: what the catalog inside says; None where none could be read.
        notes: how the recipe of this checkout differs from the image's, which is no fault of the image.
    """

    differences: tuple[Difference, ...]
    holds: Holdings | None = None
    notes: tuple[str, ...] = ()


def verify(daemon: Daemon, name: str, pin: Pin, folder: Path, progress: Progress) -> Verified:
    """Recompute all that a pin says.

    The engine's own bookkeeping is not believed: the image is read out of it, and every layer and the
    configuration are hashed again. Where the recipe of this checkout is still the image's, its files are
    compared one by one; else the layers vouch for them.

    Args:
        daemon: of the engine.
        name: of the image.
        pin: what its name stands for.
        folder: where its bill of materials lies.
        progress: who is told.
    """
    found = list(_sif(pin))
    image = daemon.find(pin.image_id) or (daemon.find(pin.reference) if pin.reference else None)
    if image is None:
        return Verified((*found, Difference("image", pin.image_id, f"{daemon.name} has no such image")))
    progress.step("reading every layer")
    try:
        blocks = counted(image.save(BLOCK), progress, image.attrs.get("Size"))
        contents = read_contents(blocks)
    except FAULTS as error:
        raise explain(error, name) from error
    except ValueError as error:
        return Verified((*found, Difference("image", pin.image_id, str(error))))
    is_current, held = pinned_recipe(name, pin) == pin.recipe, _holdings(contents)
    found += [
        *_image(name, pin, contents),
        *_catalog(pin, held, holdings_path(folder, name)),
        *(_files(_own_files(name, pin, contents), contents.files) if is_current else ()),
        *_bill(folder / f"{name}.cdx.json", contents),
    ]
    notes = () if is_current else (f"its recipe is {pin.recipe}, and that of this heldout is another",)
    return Verified(tuple(found), held, notes)


def _image(name: str, pin: Pin, contents: Contents) -> Iterator[Difference]:
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


def _holdings(contents: Contents) -> Holdings | None:
    try:
        return holdings_of(contents.catalog)
    except ValueError:
        return None


def _catalog(pin: Pin, held: Holdings | None, path: Path) -> Iterator[Difference]:
    """The catalog inside against the pin, and against what was written down of it."""
    if held is None:
        yield Difference("catalog", pin.catalog, "none in the image")
    elif held.catalog != pin.catalog:
        yield Difference("catalog", pin.catalog, held.catalog)
    elif pin.holds not in (None, held):
        yield Difference("catalog", "what the one in the image says", f"{path} differs")


def _own_files(name: str, pin: Pin, contents: Contents) -> dict[str, str]:
    """The SHA-256 of the files that the recipe of this checkout would put into the image."""
    labels = contents.config.get("config", {}).get("Labels") or {}
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
