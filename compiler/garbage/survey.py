"""Find what of a store no study needs any more. Changes nothing."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heldout.compiler.garbage.shared import freed_bytes, loose_blobs
from heldout.compiler.store.record import NotARecord, parse_record

INDEX_SUFFIX = ".index.jsonl"
PARTIAL, GARBAGE = ".partial", ".garbage"  # names of a removal's files, which no reader looks at
BLOCK = 512  # of a tar

Record = dict[str, Any]


@dataclass(frozen=True)
class Unneeded:
    """A result that no study needs.

    Attributes:
        size: in bytes, on the disk, that its removal frees.
        finished: seconds since 1970; None where the record does not say.
    """

    task: str
    operator: str
    size: int
    finished: float | None


@dataclass(frozen=True)
class Pack:
    """A pack that holds results that no study needs.

    Attributes:
        stay: the records that are kept.
        size: of both files.
    """

    index: Path
    stay: tuple[Record, ...]
    go: tuple[Unneeded, ...]
    size: int

    @property
    def tar(self) -> Path:
        return tar_of(self.index)


@dataclass(frozen=True)
class Kept:
    """A file or folder that is left alone since nobody can tell what it is worth."""

    path: Path
    why: str


@dataclass
class Survey:
    """What a store holds, looked at with the tasks that studies need.

    Attributes:
        needed: how many results are.
        packs: that hold some which are not.
        objects: folders of results that are not.
        blobs: that no result holds.
        before: only what is older than this goes; None: whatever its age.
        leftovers: of unfinished work: files and folders that no reader looks at.
        kept: what cannot be read, and stays.
        young: results that no study needs, and that are not old enough to go.
    """

    needed: int = 0
    packs: list[Pack] = field(default_factory=list)
    objects: list[tuple[Path, Unneeded]] = field(default_factory=list)
    blobs: list[Path] = field(default_factory=list)
    before: float | None = None
    leftovers: list[Path] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    young: int = 0

    @property
    def unneeded(self) -> list[Unneeded]:
        return [one for pack in self.packs for one in pack.go] + [one for _, one in self.objects]


def survey(store: Path, needed: Set[str], before: float | None = None) -> Survey:
    """Look through a store.

    Args:
        store: of artifacts.
        needed: the tasks whose results stay.
        before: only what was finished before this time goes; None: whatever its age.
    """
    found = Survey(before=before)
    for index in sorted(store.glob(f"packs/*{INDEX_SUFFIX}")):
        try:
            _look_at_pack(index, needed, before, found)
        except OSError as error:
            found.kept.append(Kept(index, f"it cannot be read ({error.strerror})"))
    for path in sorted(store.glob("packs/*")):
        if not path.name.endswith(INDEX_SUFFIX):
            _look_at_other(path, before, found)
    going: list[tuple[Path, Record]] = []
    for folder in sorted(store.glob("objects/*/*")):
        record = _look_at_object(folder, needed, before, found)
        going += [(folder, record)] if record is not None else []
    sizes = freed_bytes(store, going)
    found.objects += [(at, _unneeded(record, size)) for (at, record), size in zip(going, sizes, strict=True)]
    found.blobs += loose_blobs(store, before)
    for folder in sorted(store.glob("incoming/*")):
        _look_at_unfinished(folder, folder.name.partition("-")[0], frozenset(), before, found)
    for folder in sorted(store.glob("checkpoints/*")):
        _look_at_unfinished(folder, folder.name, needed, before, found)
    return found


def tar_of(index: Path) -> Path:
    """The tar that an index speaks of."""
    return index.with_name(index.name.removesuffix(INDEX_SUFFIX) + ".tar")


def size_on_disk(path: Path) -> int:
    """Bytes of a file, or of all files of a folder, each once by whatever names; 0 where there is none."""
    if path.is_dir() and not path.is_symlink():
        files = [one.lstat() for one in path.rglob("*") if one.is_file() or one.is_symlink()]
        return sum({(one.st_dev, one.st_ino): one.st_size for one in files}.values())
    return path.lstat().st_size if path.exists() else 0


def _look_at_pack(index: Path, needed: Set[str], before: float | None, found: Survey) -> None:
    tar = tar_of(index)
    if not tar.is_file() and not index.stat().st_size:
        found.leftovers.append(index)
        return
    if not tar.is_file():
        found.kept.append(Kept(index, f"there is no {tar.name} beside it"))
        return
    data, tar_size = index.read_bytes(), tar.stat().st_size
    stay, go = [], []
    try:
        for line, record in _records(data):
            if max((f["offset"] + f["size"] for f in record["files"].values()), default=0) > tar_size:
                raise NotARecord(f"{tar.name} is cut short")
            size = len(line) + 1 + sum(BLOCK + _padded(f["size"]) for f in record["files"].values())
            if _goes(record, needed, before, found):
                go.append(_unneeded(record, size))
            else:
                stay.append(record)
    except NotARecord as error:
        found.kept.append(Kept(index, str(error)))
        return
    if go:
        found.packs.append(Pack(index, tuple(stay), tuple(go), len(data) + tar_size))
    elif not stay and _is_old(index.stat().st_mtime, before):
        found.leftovers += [index, tar]  # its writer was killed before it had kept anything


def _records(data: bytes) -> Iterator[tuple[bytes, Record]]:
    """The lines of an index.

    Raises:
        NotARecord: one is damaged, or the last is not whole.
    """
    *lines, torn = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        try:
            record = parse_record(line)
        except NotARecord as error:
            raise NotARecord(f"line {number} {error}") from error
        if any(not isinstance(about.get("offset"), int) for about in record["files"].values()):
            raise NotARecord(f"line {number} does not say where its files are")
        yield line, record
    if torn:
        raise NotARecord("its last line is torn")


def _look_at_other(path: Path, before: float | None, found: Survey) -> None:
    """A file among the packs that is no index: a tar has one, and the rest is of a removal cut short."""
    index = path.with_name(path.name.removesuffix(".tar") + INDEX_SUFFIX)
    if path.suffix == ".tar" and index.exists():
        return
    of_removal = path.suffix in (PARTIAL, GARBAGE) or any(
        index.with_name(index.name + suffix).exists() for suffix in (PARTIAL, GARBAGE)
    )
    if of_removal or path.stat().st_size == 0:
        if _is_old(path.stat().st_mtime, before):
            found.leftovers.append(path)
    else:
        found.kept.append(Kept(path, "no index speaks of it"))


def _look_at_object(folder: Path, needed: Set[str], before: float | None, found: Survey) -> Record | None:
    """The record of a folder's result, if that is to go."""
    try:
        record = parse_record((folder / "manifest.json").read_bytes())
    except (NotARecord, OSError) as error:
        why = f"its manifest {error}" if isinstance(error, NotARecord) else "it has no manifest"
        if isinstance(error, PermissionError):
            why = f"its manifest cannot be read ({error.strerror})"
        found.kept.append(Kept(folder, why))
        return None
    if record["task"] != folder.name:
        found.kept.append(Kept(folder, f"its manifest is that of task {record['task'][:12]}"))
        return None
    return record if _goes(record, needed, before, found) else None


def _look_at_unfinished(
    folder: Path, task: str, needed: Set[str], before: float | None, found: Survey
) -> None:
    if len(task) != 64 or not folder.is_dir():
        found.kept.append(Kept(folder, "it is not of a task"))
    elif task not in needed and _is_old(folder.stat().st_mtime, before):
        found.leftovers.append(folder)


def _goes(record: Record, needed: Set[str], before: float | None, found: Survey) -> bool:
    """Whether a result is to go; counts those that are not."""
    if record["task"] in needed:
        found.needed += 1
        return False
    finished = record.get("finished")
    if before is not None and (finished is None or finished >= before):
        found.young += 1
        return False
    return True


def _is_old(time: float, before: float | None) -> bool:
    return before is None or time < before


def _unneeded(record: Record, size: int) -> Unneeded:
    return Unneeded(record["task"], str(record.get("operator", "")), size, record.get("finished"))


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
