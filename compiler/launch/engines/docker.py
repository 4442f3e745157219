"""Docker, with a daemon that is root's or the user's own."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.compiler.finding import Finding
from heldout.compiler.launch.container_gpus import DOCKER_GPUS, look_at_gpus_in
from heldout.compiler.launch.docker_like import DockerLike
from heldout.compiler.programs import ask


@dataclass(frozen=True)
class Docker(DockerLike):
    """Docker."""

    name: str = "docker"
    install: str = "install Docker Engine, or choose --containers podman or apptainer"
    version: str = "{{.Server.Version}}"
    rootless: str = "{{.SecurityOptions}}"
    gpus: str = DOCKER_GPUS

    def user(self, rootless: bool) -> tuple[str, tuple[str, ...]]:
        """This user; root of a rootless Docker is this user outside."""
        return "0:0" if rootless else f"{os.getuid()}:{os.getgid()}", ()

    def look(self) -> Iterator[Finding]:
        """Its daemon, and what it may do."""
        said = ask("docker", "version", "--format", self.version)
        if said.out is None:
            hint = "install Docker Engine and start it, and see that you may use its socket; DOCKER_HOST "
            hint += "names another"
            yield Finding(self.name, "absent", said.complaint, hint)
            return
        about = ask("docker", "info", "--format", "{{json .}}").json
        rootless = "name=rootless" in " ".join(about.get("SecurityOptions") or [])
        rights, driver = "rootless" if rootless else "rootful", about.get("Driver") or "?"
        yield Finding(self.name, "fine", f"{said.out}, {rights}, storage {driver}")
        yield look_at_gpus_in(self.name, "nvidia" in (about.get("Runtimes") or {}))


ENGINE = Docker()
