"""Leases: files that say who holds something, where the file system has no locks.

So it is with NFS without its lock daemon, and with Lustre unless it is mounted with `flock`. A lease is made
by one creation that must not meet another, says which process holds it, and is touched as long as that lives.
It has ended when its process has, as far as this machine can tell, else when it was not touched for some
minutes by the clock of the file system.
"""

import contextlib
import json
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

BEAT_SECONDS = 20.0
STALE_SECONDS = 300.0


class Held(Exception):
    """Another process holds it.

    Attributes:
        holder: the number of its process, where that is one of this machine; else empty.
    """

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextlib.contextmanager
def lease(path: Path) -> Iterator[int]:
    """Hold what a file stands for.

    Yields:
        its descriptor: a child of this machine that keeps it open holds it too.

    Raises:
        Held: another process does.
    """
    descriptor = _taken(path)
    ended = threading.Event()
    beats = threading.Thread(target=_beat, args=(descriptor, ended), daemon=True)
    try:
        os.write(descriptor, json.dumps(_self()).encode())
        beats.start()
        yield descriptor
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                path.unlink()
        os.close(descriptor)


def holder_of(path: Path) -> str | None:
    """Who holds a lease, as `Held` has it; None where nobody does."""
    try:
        about, text = path.stat(), path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        said = {str(key): str(value) for key, value in json.loads(text).items()}
    except (ValueError, AttributeError):
        said = {}  # being written, or damaged
    own = _self()
    if said.get("machine") == own["machine"]:
        alive = _began(said.get("process", "")) == said.get("began") or _is_open(about.st_dev, about.st_ino)
        return said.get("process", "") if alive else None
    return "" if _now(path.parent) - about.st_mtime < STALE_SECONDS else None


def _taken(path: Path) -> int:
    """Make the file, in the place of one whose process has ended."""
    for _ in range(3):
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            pass
        try:
            before = path.read_bytes(), path.stat().st_ino
            holder = holder_of(path)
            if holder is not None:
                raise Held(holder)
            _remove(path, before)
        except FileNotFoundError:
            continue  # its process has just ended
    raise Held("")


def _remove(path: Path, ended: tuple[bytes, int]) -> None:
    """Remove a lease that has ended; of several that want to, one does, and never another lease than that.

    The name that they link it to is the same for all of them, and must not be there.
    """
    aside = path.with_name(f"{path.name}.ended")
    try:
        os.link(path, aside)
    except FileExistsError:
        if _now(path.parent) - aside.stat().st_ctime > STALE_SECONDS:
            aside.unlink()  # whoever made it was killed
        raise Held("") from None
    try:
        if (aside.read_bytes(), aside.stat().st_ino) == ended:
            path.unlink()
    finally:
        aside.unlink()


def _beat(descriptor: int, ended: threading.Event) -> None:
    while not ended.wait(BEAT_SECONDS):
        with contextlib.suppress(OSError):
            os.utime(descriptor)


def _self() -> dict[str, str]:
    """This process, so that no other is taken for it: its machine since it was started, number, beginning."""
    process = str(os.getpid())
    return {"machine": _machine(), "process": process, "began": _began(process) or ""}


def _machine() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return os.uname().nodename


def _began(process: str) -> str | None:
    """When a process of this machine began, in the kernel's ticks; None where there is none."""
    try:
        return Path(f"/proc/{int(process)}/stat").read_text(errors="replace").rpartition(") ")[2].split()[19]
    except (OSError, ValueError, IndexError):
        return None


def _is_open(device: int, inode: int) -> bool:
    """Whether a process of ours has a file open, as Snakemake has where its command was killed."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            about = link.stat()
            if (about.st_dev, about.st_ino) == (device, inode) and link.parts[2] != str(os.getpid()):
                return True
    return False


def _now(folder: Path) -> float:
    """The time by the clock of a folder's file system, which may be another machine's."""
    probe = folder / f".now-{secrets.token_hex(8)}"
    try:
        probe.touch(exist_ok=False)
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)
