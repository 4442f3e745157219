"""Pins: which image was built, pushed or pulled here under each name.

The file of pins is read once, by the command; from there on pins are a value.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from heldout.compiler.files import write_if_changed
from heldout.compiler.images.holdings import Holdings, holdings_path, holdings_text, read_holdings
from heldout.compiler.refusal import Refusal
from heldout.version import release

PINS = Path(".heldout/images.json")


def tag_of(recipe: str) -> str:
    """What an image of a recipe is called by people; what counts is its id or digest.

    Every recipe has a tag of its own: an engine clears away images that have lost theirs. The release
    before it is for people, and stands in no byte of the image.
    """
    return f"{release()}-{recipe.removeprefix('sha256:')[:12]}"


class PinError(Refusal):
    """The file of pins is there and cannot be read."""


@dataclass(frozen=True)
class Sif:
    """An image as one file, for Apptainer.

    Attributes:
        path: of the file; in the pin file it is relative to that file's folder.
        sha256: of its bytes, as `sha256:…`.
    """

    path: Path
    sha256: str


@dataclass(frozen=True)
class Pin:
    """What an image's name stands for here.

    Attributes:
        repository: where the image was pushed to or pulled from, else what it was called when built.
        image_id: the digest of its config, by which an engine on this machine knows it.
        digest: of its manifest, by which a registry knows it; None until it is pushed or pulled.
        recipe: the digest of all that it was built from.
        catalog: the digest of the catalog inside.
        base: what it was built on.
        sif: the same image as a file.
        holds: the operators and components of the catalog inside, from a file beside that of the pins;
            None where that was never written down.
    """

    repository: str
    image_id: str
    digest: str | None
    recipe: str
    catalog: str
    base: str
    sif: Sif | None = None
    holds: Holdings | None = None

    @property
    def reference(self) -> str | None:
        """The image as a registry's clients name it; None until it is pushed or pulled."""
        return f"{self.repository}@{self.digest}" if self.digest is not None else None

    @property
    def container(self) -> str | None:
        """The image as Snakemake's `container:` names it; None until it is pushed or pulled."""
        return f"docker://{self.reference}" if self.digest is not None else None


def repinned(pin: Pin, repository: str, digest: str) -> Pin:
    """The pin of the same image, once a registry has it."""
    return replace(pin, repository=repository, digest=digest)


@dataclass(frozen=True)
class Pins:
    """A file of pins as it was when it was read.

    Attributes:
        path: of the file.
        known: every pin, by the name of its image.
    """

    path: Path = PINS
    known: Mapping[str, Pin] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where SIF files, bills of materials and what images hold lie: `images/` beside the file."""
        return folder_of(self.path)

    def get(self, name: str) -> Pin | None:
        """What an image's name stands for; None where it was never built or pulled."""
        return self.known.get(name)


def folder_of(path: Path) -> Path:
    """Where the files of images lie, by the file of their pins."""
    return path.parent / "images"


def pins_path() -> Path:
    """The file of pins: `.heldout/images.json`, or what HELDOUT_IMAGES names."""
    return Path(os.environ.get("HELDOUT_IMAGES") or PINS)


def read_pins(path: Path | None = None) -> Pins:
    """The pins of a file, by default of the one that this machine's images are pinned in.

    Raises:
        PinError: the file is no file of pins.
    """
    path = path or pins_path()
    try:
        entries = dict(json.loads(path.read_bytes()))
        return Pins(path, {name: _pin(name, entry, path) for name, entry in entries.items()})
    except FileNotFoundError:
        return Pins(path)
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        hint = "remove it and build or pull the images anew"
        raise PinError(f"{path} is no file of pins ({error!r}): {hint}") from error


def write_pin(path: Path, name: str, pin: Pin) -> None:
    """Let an image's name stand for this from now on.

    Args:
        path: of the file of pins, which is read again: another command may have pinned something since.
        name: of the image.
        pin: what it stands for.

    Raises:
        PinError: the file is no file of pins.
    """
    entries = {known: _entry(old, path.parent) for known, old in read_pins(path).known.items()}
    entries[name] = _entry(pin, path.parent)
    if pin.holds is not None:
        write_if_changed(holdings_path(folder_of(path), name), holdings_text(pin.holds))
    write_if_changed(path, json.dumps(entries, indent=1, sort_keys=True) + "\n")


def _pin(name: str, entry: Mapping[str, Any], path: Path) -> Pin:
    sif, catalog = entry.get("sif"), str(entry["catalog"])
    return Pin(
        repository=str(entry["repository"]),
        image_id=str(entry["image_id"]),
        digest=None if entry["digest"] is None else str(entry["digest"]),
        recipe=str(entry["recipe"]),
        catalog=catalog,
        base=str(entry["base"]),
        sif=None if sif is None else Sif(path.parent / sif["path"], str(sif["sha256"])),
        holds=read_holdings(holdings_path(folder_of(path), name), catalog),
    )


def _entry(pin: Pin, folder: Path) -> dict[str, Any]:
    entry = asdict(replace(pin, holds=None))
    del entry["holds"]
    if pin.sif is not None:
        entry["sif"]["path"] = os.path.relpath(pin.sif.path, folder)
    return entry
