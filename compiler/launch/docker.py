"""A job's command in a container of Docker or Podman.

Snakemake 9.27 starts containers with Apptainer alone. All that heldout knows of the command lines of
these two is here; a plugin of Snakemake that starts them could take this module's place.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from heldout.compiler.launch.place import Place
from heldout.compiler.launch.slots import CDI_GPU, DOCKER_GPUS
from heldout.compiler.launch.traits import IMAGE, PASSED, Traits

LABEL = "heldout.workflow"  # of every container: the folder of its workflow
STOP_SECONDS = 60  # for a job that writes a checkpoint


@dataclass(frozen=True)
class Docker:
    """Docker, or Podman, which reads the same command line.

    Attributes:
        program: which of the two.
        image: by digest, or by its id on this machine.
        user: `UID:GID`, whose files the jobs write.
        keep_id: map this user to the same number inside (Podman without root).
        extra: arguments of `run` that the user adds.
    """

    program: Literal["docker", "podman"]
    image: str
    user: str
    keep_id: bool = False
    extra: tuple[str, ...] = ()

    def command(self, traits: Traits, place: Place) -> list[str]:
        """What stands before a job's own command.

        The root file system is read-only, `/tmp` and `/dev/shm` are in memory, and every right that
        root would have is dropped. A signal reaches the job through `--init`, and the container is
        gone when the job has ended.
        """
        return [
            *(self.program, "run", "--rm", "--init", "--pull=never", f"--label={LABEL}={place.folder}"),
            *("--read-only", "--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777", f"--shm-size={traits.mem_mb}m"),
            *(f"--user={self.user}", "--cap-drop=ALL", "--security-opt=no-new-privileges"),
            *self._own_options(),
            f"--stop-timeout={STOP_SECONDS}",
            f"--network={'host' if traits.network else 'none'}",
            *(f"--mount={mount.text}" for mount in place.mounts(traits.network)),
            *self._variables(traits, place),
            *([DOCKER_GPUS if self.program == "docker" else CDI_GPU] if traits.gpus else []),
            f"--workdir={place.folder}",
            *self.extra,
            self.image,
        ]

    def _own_options(self) -> list[str]:
        if self.program == "docker":
            return []
        # Labels of SELinux would have to be written onto the user's folders.
        return ["--security-opt=label=disable", *(["--userns=keep-id"] if self.keep_id else [])]

    def _variables(self, traits: Traits, place: Place) -> list[str]:
        own = {"HOME": "/tmp", "PYTHONUNBUFFERED": "1", IMAGE: self.image} | place.variables(traits.network)
        passed = PASSED if traits.network else ()
        return [*(f"--env={name}={value}" for name, value in own.items()), *(f"--env={n}" for n in passed)]


def containers_of(folder: Path) -> str:
    """The filter of `docker ps` that finds the containers of a workflow's folder."""
    return f"label={LABEL}={folder.resolve()}"
