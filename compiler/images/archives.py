"""Saved images: out of the engine into a file, and back."""

from collections.abc import Iterator
from pathlib import Path

from heldout.compiler.images.daemon import FAULTS, Daemon, DaemonError, explain
from heldout.compiler.images.progress import Progress, counted

BLOCK = 1 << 20


def save(daemon: Daemon, reference: str, out: Path, progress: Progress) -> None:
    """Write an image to a file, as `docker save` does."""
    progress.step("reading the image from the engine")
    try:
        image = daemon.client.images.get(reference)
        with out.open("wb") as file:
            for block in counted(image.save(BLOCK), progress, image.attrs.get("Size")):
                file.write(block)
    except FAULTS as error:
        raise explain(error, reference) from error


def load(daemon: Daemon, archive: Path, image_id: str, progress: Progress) -> None:
    """Let the engine have a saved image.

    Raises:
        DaemonError: it did not take it, or knows it by another id.
    """
    progress.step("handing the image to the engine")
    try:
        blocks = counted(_blocks(archive), progress, archive.stat().st_size)
        daemon.client.images.load(blocks)  # type: ignore[arg-type] # any blocks are streamed
    except FAULTS as error:
        raise explain(error, image_id) from error
    if daemon.find(image_id) is None:
        raise DaemonError(f"the engine took the image, and does not know it as {image_id}")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def forget(daemon: Daemon, image_id: str) -> None:
    """Remove the image as the engine built it; the unpacked wheels stay as the cache of the next build."""
    try:
        daemon.client.images.remove(image_id)
    except FAULTS:
        return  # something else rests on it
