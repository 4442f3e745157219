"""Files of an image, read out of a container that is made of it and never starts."""

import io
import tarfile
from collections.abc import Iterable

from heldout.compiler.images.daemon import FAULTS, Daemon, DaemonError, explain
from heldout.compiler.images.definition import HOME
from heldout.compiler.images.holdings import INSIDE, Holdings, holdings_of
from heldout.compiler.images.pins import Pin

MOST_BYTES = 1 << 28


def holdings_in(daemon: Daemon, pin: Pin) -> Holdings:
    """What an image holds, by the catalog inside it.

    Args:
        daemon: of the engine that has the image.
        pin: of the image.

    Raises:
        DaemonError: it holds no catalog, or another than its label says; or the engine could not read it.
    """
    try:
        held = holdings_of(read_file(daemon, pin.image_id, f"{HOME}/{INSIDE}"))
    except ValueError as error:
        raise DaemonError(f"the image {pin.image_id} holds no catalog: {error}") from error
    if held.catalog != pin.catalog:
        message = (
            f"the image {pin.image_id} holds the catalog {held.catalog}, and its label says {pin.catalog}"
        )
        raise DaemonError(message)
    return held


def read_file(daemon: Daemon, image_id: str, path: str) -> bytes:
    """The bytes of one file of an image.

    Raises:
        ValueError: there is no such file, or it is none.
        DaemonError: the engine could not do it.
    """
    api = daemon.client.api
    try:
        container = api.create_container(image_id, command=["true"], network_disabled=True)["Id"]
        try:
            blocks, _ = api.get_archive(container, path)
            archive = _within(blocks, path)
        finally:
            api.remove_container(container, force=True)
    except FAULTS as error:
        raise explain(error, f"{path} in {image_id}") from error
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            file = next((tar.extractfile(member) for member in tar if member.isreg()), None)
            if file is None:
                raise ValueError(f"{path} is no file")
            return file.read()
    except tarfile.TarError as error:
        raise ValueError(f"{path} did not come whole") from error


def _within(blocks: Iterable[bytes], path: str) -> bytes:
    """Blocks as bytes, where they are not more than any file of heldout's own."""
    found = bytearray()
    for block in blocks:
        found += block
        if len(found) > MOST_BYTES:
            raise ValueError(f"{path} is larger than {MOST_BYTES:,} bytes")
    return bytes(found)
