"""The image of an archive, brought to where an engine of this machine can run it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.images import recipe_digest
from heldout.compiler.images.holdings import read_holdings
from heldout.compiler.images.pins import Pin, Pins, Sif
from heldout.compiler.images.progress import Progress
from heldout.compiler.launch.engine import ContainerEngine
from heldout.compiler.launch.refusal import missing, wrong
from heldout.compiler.refusal import Refusal

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[a-z0-9][a-zA-Z0-9._/:-]{0,254}")


class Untrusted(Refusal):
    """The archive's image would run, which nobody agreed to."""

    def __init__(self, name: str) -> None:
        message = f"the image {name} of the archive is not here, and it is a program too"
        super().__init__(message, "--trust-operators lets it run")


def archived_pin(about: Any, archive: Path) -> Pin | None:
    """The pin that an archive's image.json holds; None where it names no image.

    Args:
        about: what image.json says.
        archive: the unpacked archive, which may say what the image holds.

    Raises:
        Refusal: it names one in a way that no pin does.
    """
    said = about.get("pin") if isinstance(about, Mapping) else None
    if said is None:
        return None
    try:
        repository, image_id, recipe, catalog = (
            str(said[key]) for key in ("repository", "image_id", "recipe", "catalog")
        )
        digest = None if said["digest"] is None else str(said["digest"])
    except (KeyError, TypeError, AttributeError):
        wrong("the archive's image.json is none", "it was changed after the archive was written")
    digests = (image_id, catalog, *(() if digest is None else (digest,)))
    if not all(map(_DIGEST.fullmatch, digests)) or not _REPOSITORY.fullmatch(repository):
        wrong("the archive's image.json names no image", "it was changed after the archive was written")
    path = _named_file(about, "holds", archive)
    holds = read_holdings(path, catalog) if path is not None else None
    return Pin(repository, image_id, digest, recipe, catalog, base="", holds=holds)


def obtain(
    name: str,
    about: Mapping[str, Any],
    pin: Pin,
    archive: Path,
    ours: Pins,
    engine: ContainerEngine,
    trust: bool,
    progress: Progress,
) -> Pin:
    """Let an engine have the image of an archive.

    The image here that has the same id is taken first; else the archive's own file; else it is pulled
    by its digest. What comes is compared with the pin.

    Args:
        name: of the image, as the spec says it.
        about: the archive's image.json.
        pin: that it holds.
        archive: the unpacked archive.
        ours: the pins of this machine, whose images need no trust.
        engine: that is to run it.
        trust: whether an image that is not here already may run.
        progress: who is told.

    Returns:
        the pin by which it is found here.

    Raises:
        Untrusted: the image is not here, and nobody agreed to run it.
        Refusal: there is no way to it, or what came is another image.
        DaemonError: the engine or a registry could not do it.
    """
    own = next((one for one in ours.known.values() if one.image_id == pin.image_id), None)
    if own is None and not trust:
        raise Untrusted(name)
    path = _named_file(about, "file", archive)
    if engine.takes_sif:
        return replace(pin, sif=_sif(name, pin, own, path, engine))
    _loaded(name, pin, path, progress)
    return pin


def _named_file(about: Mapping[str, Any], key: str, archive: Path) -> Path | None:
    """A file of the image in the archive, which the manifest has vouched for."""
    named = about.get(key)
    path = named.get("path") if isinstance(named, Mapping) else None
    if not isinstance(path, str) or not contents.is_known(path) or not path.startswith(f"{contents.IMAGE}/"):
        return None
    return archive / path if (archive / path).is_file() else None


def _sif(name: str, pin: Pin, own: Pin | None, path: Path | None, engine: ContainerEngine) -> Sif:
    if own is not None and own.sif is not None and own.sif.path.is_file():
        return own.sif
    if path is not None and path.suffix == ".sif":
        with path.open("rb") as file:
            return Sif(path.resolve(), f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
    missing(
        f"{engine.name} needs the image {name} as a SIF file, and the archive holds none",
        _otherwise(name, pin),
    )


def _loaded(name: str, pin: Pin, path: Path | None, progress: Progress) -> None:
    """See that the engine has the image, from the archive's file or from its registry."""
    from heldout.compiler.images.archives import load
    from heldout.compiler.images.daemon import connect
    from heldout.compiler.images.transfer import DigestMismatch, pull

    daemon = connect()
    if daemon.find(pin.image_id) is not None:
        return
    if path is not None and path.suffix == ".tar":
        load(daemon, path, pin.image_id, progress)
        return
    if pin.reference is None:
        missing(
            f"the archive holds no image {name} that {daemon.name} loads, and no registry",
            _otherwise(name, pin),
        )
    try:
        image = pull(daemon, pin.reference, progress)
    except DigestMismatch as error:
        wrong(str(error), "the registry gave another image")
    if image.id != pin.image_id:
        wrong(
            f"{pin.reference} is the image {image.id}, and {pin.image_id} was archived", "it is another image"
        )


def _otherwise(name: str, pin: Pin) -> str:
    """How else the image may be had."""
    ways = []
    if pin.reference is not None:
        ways.append(f"`heldout image pull {pin.reference}` brings it")
    try:
        same = recipe_digest(name) == pin.recipe
    except (KeyError, OSError, ValueError):
        same = False
    if same:
        ways.append(f"`heldout image build {name}` builds it here, from the same recipe")
    return (
        "; ".join(ways)
        or f"archive the study with --image, or build it with the heldout of recipe {pin.recipe[:19]}…"
    )
