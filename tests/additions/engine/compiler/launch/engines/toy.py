"""Toy: an engine that names the image, and runs jobs as they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heldout.compiler.finding import Finding
from heldout.compiler.launch.bound_folders import BoundFolders
from heldout.compiler.launch.traits import Traits

if TYPE_CHECKING:
    from heldout.compiler.images import Pin


@dataclass(frozen=True)
class ToyCommand:
    """Toy with an image."""

    image: str
    isolates: bool = False

    def command(self, traits: Traits, folders: BoundFolders) -> list[str]:
        """The image's name, for a program that leaves it unread."""
        return ["env", f"TOY_IMAGE={self.image}"]

    def remove_leftovers(self, folder: Path) -> int:
        """Nothing is left."""
        return 0


@dataclass(frozen=True)
class Toy:
    """Toy."""

    name: str = "toy"
    install: str = "it comes with every system"
    takes_sif: bool = False
    spans_machines: bool = True

    def find(self, image: str, pin: "Pin", here: bool) -> ToyCommand:
        """Toy has every image."""
        return ToyCommand(pin.image_id)

    def look(self) -> Iterator[Finding]:
        """It is there."""
        yield Finding(self.name, "fine", "1.0")


ENGINE = Toy()
