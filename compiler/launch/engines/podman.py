"""Podman, which reads Docker's command line and needs no daemon."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.compiler.finding import Finding
from heldout.compiler.launch.container_gpus import CDI_GPU, look_at_gpus_in
from heldout.compiler.launch.docker_like import DockerLike
from heldout.compiler.programs import ask


@dataclass(frozen=True)
class Podman(DockerLike):
    """Podman."""

    name: str = "podman"
    install: str = "install Podman, or choose --containers docker or apptainer"
    version: str = "{{.Client.Version}}"
    rootless: str = "{{.Host.Security.Rootless}}"
    gpus: str = CDI_GPU

    def user(self, rootless: bool) -> tuple[str, tuple[str, ...]]:
        """This user, mapped to the same number inside where Podman is not root."""
        # Labels of SELinux would have to be written onto the user's folders.
        options = ("--security-opt=label=disable", *(("--userns=keep-id",) if rootless else ()))
        return f"{os.getuid()}:{os.getgid()}", options

    def look(self) -> Iterator[Finding]:
        """Its version, and what it may do."""
        said = ask("podman", "info", "--format", "json")
        if said.out is None:
            hint = "install Podman; it needs no daemon to run jobs"
            yield Finding(self.name, "absent", said.complaint, hint)
            return
        about = said.json
        version = (about.get("version") or {}).get("Version", "?")
        rootless = ((about.get("host") or {}).get("security") or {}).get("rootless")
        yield Finding(self.name, "fine", f"{version}, {'rootless' if rootless else 'rootful'}")
        yield look_at_gpus_in(self.name, False)


ENGINE = Podman()
