"""What a container engine is to heldout: the contract of the files in `engines/`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from heldout.compiler.finding import Finding
from heldout.compiler.launch.bound_folders import BoundFolders
from heldout.compiler.launch.traits import Traits

if TYPE_CHECKING:
    from heldout.compiler.images import Pin


class ContainerRunner(Protocol):
    """An engine that was found to run an image, and the image."""

    @property
    def isolates(self) -> bool:
        """Whether jobs that do not fetch are cut off from the network."""

    def command(self, traits: Traits, folders: BoundFolders) -> list[str]:
        """What stands before a job's own command, so that it runs in the image.

        Each folder is bound at the path that it has outside. Nothing of the user's environment is
        written into it, since files keep it and every user of the machine can read command lines.
        """

    def remove_leftovers(self, folder: Path) -> int:
        """End the containers of a workflow that nobody waits for any more; how many there were.

        Only to be called by who holds the folder. Nothing is to be done where a container ends with
        the process that started it.
        """


class ContainerEngine(Protocol):
    """A program that runs containers."""

    @property
    def name(self) -> str:
        """By which `--containers`, profiles and people call it."""

    @property
    def install(self) -> str:
        """What to do where it is not there."""

    @property
    def takes_sif(self) -> bool:
        """Whether it runs an image from its SIF file, and not from images that it keeps itself."""

    @property
    def spans_machines(self) -> bool:
        """Whether the processes of one job on several machines reach each other from inside."""

    def find(self, image: str, pin: "Pin", here: bool) -> ContainerRunner:
        """See that the engine is there and runs an image.

        Args:
            image: its name.
            pin: of it.
            here: whether jobs run on this machine; else the engine may be on theirs alone.

        Raises:
            Refusal: it is not installed or runs nothing, or has another image than was pinned, or none.
        """

    def look(self) -> Iterator[Finding]:
        """What the doctor says of it on this machine.

        The first finding is called as the engine is, and is fine where it can be used at all.
        """
