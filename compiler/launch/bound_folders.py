"""The folders that jobs of a workflow work in, and which of them a container is given."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mount:
    """A folder that is seen in a container at the very path that it has outside."""

    path: Path
    writable: bool

    @property
    def text(self) -> str:
        """As `--mount` of Docker, Podman and Apptainer reads it: a line of CSV, so that any path will do."""
        fields = ["type=bind", f"source={self.path}", f"destination={self.path}"]
        return ",".join(map(quoted, fields if self.writable else [*fields, "ro"]))


@dataclass(frozen=True)
class BoundFolders:
    """The folders of a workflow, all of them absolute and without links.

    Attributes:
        workflow: in which every job starts.
        store: of artifacts.
        hub: what was downloaded from the Hugging Face hub.
        cache: the folder of the hub's clients, in which the user's token may lie too.
        data: the user's own files and folders that jobs read.
        others: folders of other workflows, whose jobs run too.
    """

    workflow: Path
    store: Path
    hub: Path
    cache: Path
    data: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()

    @classmethod
    def of(
        cls,
        workflow: Path,
        store: Path,
        environment: Mapping[str, str] = os.environ,
        data: Iterable[Path] = (),
        others: Iterable[Path] = (),
    ) -> "BoundFolders":
        """Those of a workflow, with the caches that the user's environment names."""
        home = Path(environment.get("HOME") or Path.home())
        caches = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
        cache = Path(environment.get("HF_HOME") or caches / "huggingface")
        hub = Path(environment.get("HF_HUB_CACHE") or cache / "hub")
        own, beside = (tuple(dict.fromkeys(path.resolve() for path in some)) for some in (data, others))
        return cls(workflow.resolve(), store.resolve(), hub.resolve(), cache.resolve(), own, beside)

    def make(self, fetches: bool) -> None:
        """Make what is to be mounted and is not there yet; the caches only where a stage fetches."""
        for path in (self.workflow, self.store, *((self.cache, self.hub) if fetches else ())):
            path.mkdir(parents=True, exist_ok=True)

    def mounts(self, network: bool) -> tuple[Mount, ...]:
        """What a job is given: the caches to write to where it fetches, else downloads to read."""
        data = (Mount(path, False) for path in self.data if path.exists())
        beside = (Mount(path, True) for path in self.others)
        own = (Mount(self.workflow, True), *beside, Mount(self.store, True), *data)
        if not network:
            return (*own, Mount(self.hub, False)) if self.hub.is_dir() else own
        inside = self.hub.is_relative_to(self.cache)
        return (*own, Mount(self.cache, True), *(() if inside else (Mount(self.hub, True),)))

    def variables(self, network: bool) -> dict[str, str]:
        """By which the hub's clients find the caches that they are given."""
        hub = {"HF_HUB_CACHE": str(self.hub)}
        if network:
            return hub | {"HF_HOME": str(self.cache)}
        return hub if self.hub.is_dir() else {}


def quoted(field: str) -> str:
    """One field of a line of CSV."""
    return '"' + field.replace('"', '""') + '"' if set(field) & set('",\r\n') else field
