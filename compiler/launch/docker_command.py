"""A job's command in a container of Docker, or of an engine that reads the same command line.

Snakemake 9.27 starts containers with Apptainer alone; a plugin of Snakemake that starts these could take the
place of this module and of `docker_like`.
"""

from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.launch.bound_folders import BoundFolders
from heldout.compiler.launch.engine_program import run_program
from heldout.compiler.launch.traits import IMAGE, PASSED, Traits

LABEL = "heldout.workflow"  # of every container: the folder of its workflow
STOP_SECONDS = 60  # for a job that writes a checkpoint
GONE = "it was there when the run began"


@dataclass(frozen=True)
class DockerCommand:
    """An engine with an image, by its command line.

    Attributes:
        program: `docker`, `podman`.
        image: by digest, or by its id on this machine.
        user: `UID:GID`, whose files the jobs write.
        gpus: the word by which it is told of a job's GPUs, one of `container_gpus`.
        options: of `run`, of this engine alone.
    """

    program: str
    image: str
    user: str
    gpus: str
    options: tuple[str, ...] = ()

    @property
    def isolates(self) -> bool:
        """Always: a job that does not fetch has no network."""
        return True

    def command(self, traits: Traits, folders: BoundFolders) -> list[str]:
        """What stands before a job's own command.

        The root file system is read-only, `/tmp` and `/dev/shm` are in memory, and every right that
        root would have is dropped. A signal reaches the job through `--init`, and the container is
        gone when the job has ended.
        """
        return [
            *(self.program, "run", "--rm", "--init", "--pull=never", f"--label={LABEL}={folders.workflow}"),
            *("--read-only", "--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777", f"--shm-size={traits.mem_mb}m"),
            *(f"--user={self.user}", "--cap-drop=ALL", "--security-opt=no-new-privileges"),
            *self.options,
            f"--stop-timeout={STOP_SECONDS}",
            f"--network={'host' if traits.network else 'none'}",
            *(f"--mount={mount.text}" for mount in folders.mounts(traits.network)),
            *self._variables(traits, folders),
            *([self.gpus] if traits.gpus else []),
            f"--workdir={folders.workflow}",
            self.image,
        ]

    def _variables(self, traits: Traits, folders: BoundFolders) -> list[str]:
        own = {"HOME": "/tmp", "PYTHONUNBUFFERED": "1", IMAGE: self.image}
        own |= folders.variables(traits.network)
        passed = PASSED if traits.network else ()
        return [*(f"--env={name}={value}" for name, value in own.items()), *(f"--env={n}" for n in passed)]

    def remove_leftovers(self, folder: Path) -> int:
        """End the containers that a run which was killed left behind: the daemon does not miss it."""
        of_it = f"label={LABEL}={folder.resolve()}"
        listed = run_program([self.program, "ps", "--all", "--quiet", "--filter", of_it], GONE)
        if found := listed.stdout.split():
            run_program([self.program, "rm", "--force", *found], GONE)
        return len(found)
