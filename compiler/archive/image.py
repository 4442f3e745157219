"""The image of a study, as an archive holds it: its file where it is wanted, else only its digests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.archive.sources import Source, sha256_of
from heldout.compiler.images.holdings import holdings_text
from heldout.compiler.images.pins import Pin, Pins
from heldout.compiler.refusal import Refusal


class NoImage(Refusal):
    """The image's file is asked for and there is none."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "--image none archives the study with the image's digests only")


@dataclass(frozen=True)
class ArchivedImage:
    """What image.json says, and the files beside it."""

    about: Mapping[str, Any]
    files: Mapping[str, Source]


def archived_image(name: str, pins: Pins, wanted: str | None) -> ArchivedImage:
    """The image of a study.

    Args:
        name: of the image, as the spec says it.
        pins: what the names of images stand for here.
        wanted: `sif` for the pinned SIF, the path of a SIF or OCI archive, or None for no file.

    Raises:
        NoImage: there is no such file, or its bytes are not those of the pin.
    """
    pin = pins.get(name)
    about: dict[str, Any] = {
        "name": name,
        "pin": None,
        "file": None,
        "bill_of_materials": None,
        "holds": None,
    }
    files: dict[str, Source] = {}
    if pin is not None:
        about["pin"] = {
            **{key: getattr(pin, key) for key in ("repository", "image_id", "digest", "recipe", "catalog")},
            "sif": pin.sif.sha256 if pin.sif is not None else None,
        }
    if (path := _image_file(name, pin, wanted)) is not None:
        about["file"] = _named(f"{name}{path.suffix.lower()}", path, files)
        pinned = pin.sif.sha256 if pin is not None and pin.sif is not None else ""
        if path.suffix.lower() == ".sif" and pinned.removeprefix("sha256:") not in (
            "",
            about["file"]["sha256"],
        ):
            raise NoImage(f"{path} is not the SIF that is pinned as {name}: its checksum is another")
    bill = pins.folder / f"{name}.cdx.json"
    if pin is not None and bill.is_file():
        about["bill_of_materials"] = _named(bill.name, bill, files)
    if pin is not None and pin.holds is not None:
        about["holds"] = _named(f"{name}.catalog.json", holdings_text(pin.holds).encode(), files)
    files[contents.IMAGE_INDEX] = (json.dumps(about, indent=1, sort_keys=True) + "\n").encode()
    return ArchivedImage(about, files)


def _image_file(name: str, pin: Pin | None, wanted: str | None) -> Path | None:
    if wanted is None:
        return None
    if wanted == "sif":
        if pin is None or pin.sif is None or not pin.sif.path.is_file():
            raise NoImage(f"there is no SIF of the image {name} here")
        return pin.sif.path
    path = Path(wanted)
    if path.suffix.lower() not in (".sif", ".tar") or not path.is_file():
        raise NoImage(f"{wanted} is no SIF (.sif) and no OCI archive (.tar)")
    return path


def _named(name: str, source: Source, files: dict[str, Source]) -> dict[str, str]:
    """Put a file into the archive; its path there and its checksum."""
    files[f"{contents.IMAGE}/{name}"] = source
    return {"path": f"{contents.IMAGE}/{name}", "sha256": sha256_of(source)}
