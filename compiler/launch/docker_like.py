"""What finding Docker has in common with finding an engine that reads the same command line."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heldout.compiler.launch.docker_command import DockerCommand
from heldout.compiler.launch.engine_program import Said, complaint, run_program
from heldout.compiler.launch.refusal import missing, wrong

if TYPE_CHECKING:
    from heldout.compiler.images import Pin


@dataclass(frozen=True)
class DockerLike(ABC):
    """An engine with Docker's command line, found by what it says; not how it names users and devices.

    Attributes:
        name: of its program.
        install: what to do where it is not there.
        version: the template of what its `version` is to say, where it answers.
        rootless: the template of what its `info` is to say of its rights.
        gpus: the word by which it is told of a job's GPUs, one of `container_gpus`.
    """

    name: str
    install: str
    version: str
    rootless: str
    gpus: str

    @property
    def takes_sif(self) -> bool:
        """Never: it keeps its own images."""
        return False

    @property
    def spans_machines(self) -> bool:
        """Never: containers of a job would need a network between them."""
        return False

    @abstractmethod
    def user(self, rootless: bool) -> tuple[str, tuple[str, ...]]:
        """`UID:GID` of jobs, such that files outside are this user's, and options of `run` for it."""

    def find(self, image: str, pin: "Pin", here: bool) -> DockerCommand:
        """The engine with the image of a pin.

        Raises:
            Refusal: it is not installed or does not answer, or has another image or none.
        """
        said = self._ask("version", "--format", self.version)
        if said.returncode != 0:
            hint = f"start its daemon, or let DOCKER_HOST name it; may you open its socket? {self.install}"
            missing(f"{self.name} does not answer: {complaint(said)}", hint)
        user, options = self.user(self._is_rootless())
        found = DockerCommand(self.name, self._known_as(image, pin), user, self.gpus, options)
        said = self._ask("run", "--rm", "--init", "--pull=never", "--network=none", found.image, "true")
        if said.returncode != 0:
            hint = "install catatonit, which Podman needs" if "container-init" in said.stderr else ""
            missing(
                f"{self.name} cannot run the image {image}: {complaint(said)}", hint or "see what it says"
            )
        return found

    def _known_as(self, image: str, pin: "Pin") -> str:
        """The image as the engine is to be told it: by digest where it knows that, else by its id."""
        for reference in filter(None, (pin.reference, pin.image_id)):
            said = self._ask("image", "inspect", "--format", "{{.Id}}", reference)
            if said.returncode != 0:
                continue
            found = "sha256:" + said.stdout.strip().removeprefix("sha256:")
            if found != pin.image_id:
                hint = f"`heldout image pull {image}` or `heldout image build {image}` pins one anew"
                wrong(f"{reference} is the image {found} in {self.name}, and {pin.image_id} was pinned", hint)
            return reference
        hint = f"`heldout image pull {image}` brings it, `heldout image build {image}` builds it here"
        missing(f"{self.name} does not have the image {image} ({pin.image_id[:19]}…)", hint)

    def _is_rootless(self) -> bool:
        said = self._ask("info", "--format", self.rootless).stdout
        return "name=rootless" in said or said.strip() == "true"

    def _ask(self, *arguments: str) -> Said:
        return run_program([self.name, *arguments], self.install)
