"""The context of a build: one tar of exactly what is needed, with the same bytes every time."""

import functools
import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from heldout.compiler.catalog import shipped
from heldout.compiler.images.bill import bill_of_materials
from heldout.compiler.images.definition import render
from heldout.compiler.images.inputs import image_files
from heldout.compiler.images.labels import labels

BILL = "bill.cdx.json"


@dataclass(frozen=True)
class Build:
    """One image to be built.

    Attributes:
        name: of the image, in containers/images.yaml.
        base: what it is built on: `REPOSITORY@sha256:…`, or the id of an image of this machine.
        recipe: the digest of all that it is built from.
        epoch: when it counts as made, seconds since 1970.
    """

    name: str
    base: str
    recipe: str
    epoch: int

    @functools.cached_property
    def bill(self) -> bytes:
        """Its bill of materials."""
        return bill_of_materials(self.name, self.base, self.recipe, self.epoch)

    def labels(self) -> dict[str, str]:
        """What it says of itself."""
        return labels(self.name, self.base, self.recipe, self.epoch)

    def own_files(self) -> dict[str, bytes]:
        """The files that are copied into it, by path in its own folder."""
        return {**image_files(self.name), BILL: self.bill}

    def files(self, wheels: bool, start: str | None = None) -> dict[str, bytes]:
        """The files of the context, by path.

        Args:
            wheels: whether a folder `wheels` is there too.
            start: what the engine on this machine calls the base, where not as `base` does.
        """
        start, own = start or self.base, self.own_files()
        return {
            "Dockerfile": render("Dockerfile", self.name, start, self.labels(), wheels).encode(),
            "apptainer.def": render("apptainer.def", self.name, start, self.labels(), wheels).encode(),
            "check_packages.py": shipped("check_packages.py").read_bytes(),
            "requirements.txt": own["requirements.txt"],
            **{f"heldout/{path}": data for path, data in own.items()},
        }


def write_context(out: BinaryIO, files: dict[str, bytes], wheels: Iterable[Path], epoch: int) -> None:
    """Write a context as a tar: sorted, of one time, one owner and two modes.

    Args:
        out: where to.
        files: by path.
        wheels: files that go into the folder `wheels`.
        epoch: the time of every file, seconds since 1970.
    """
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, data in sorted(files.items()):
            tar.addfile(_entry(path, len(data), epoch), io.BytesIO(data))
        for wheel in sorted(wheels, key=lambda each: each.name):
            with wheel.open("rb") as file:
                tar.addfile(_entry(f"wheels/{wheel.name}", wheel.stat().st_size, epoch), file)


def _entry(path: str, size: int, epoch: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mtime = size, epoch
    entry.mode = 0o755 if "/bin/" in path else 0o644
    return entry
