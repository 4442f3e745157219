"""Move images between the engine and registries."""

import re
from collections.abc import Iterable

from docker.models.images import Image as DaemonImage

from heldout.compiler.images.daemon import FAULTS, Daemon, DaemonError, explain
from heldout.compiler.images.labels import BASE, CATALOG, IMAGE, RECIPE
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.progress import Progress, Transfer
from heldout.compiler.refusal import Failed, Refusal

BY_DIGEST = re.compile(r"(?P<repository>[^@\s]+)@(?P<digest>sha256:[0-9a-f]{64})")


class MovedTag(Refusal):
    """A name without a digest was given where one is needed.

    Attributes:
        now: what the name stands for in its registry at this moment; None where that is not known.
    """

    def __init__(self, reference: str, now: str | None) -> None:
        there = f"now it stands for {without_tag(reference)}@{now}"
        hint = there if now else "name it as REPOSITORY@sha256:…"
        super().__init__(f"{reference} names no digest, and a tag can move", hint)
        self.now = now


class DigestMismatch(Failed):
    """What came is not what was asked for."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "it was not pinned")


def split_reference(reference: str) -> tuple[str, str] | None:
    """Repository and digest of `REPOSITORY@sha256:…`; None for any other name."""
    found = BY_DIGEST.fullmatch(reference)
    return (without_tag(found["repository"]), found["digest"]) if found is not None else None


def without_tag(reference: str) -> str:
    """The repository of `REPOSITORY:TAG`; the colon of `host:5000/name` is before a slash."""
    repository, _, tag = reference.rpartition(":")
    return reference if "/" in tag or not repository else repository


def pull(daemon: Daemon, reference: str, progress: Progress) -> DaemonImage:
    """Bring an image by digest.

    Args:
        daemon: of the engine.
        reference: `REPOSITORY@sha256:…`.
        progress: who is told.

    Raises:
        MovedTag: the reference has no digest, so that it may stand for something else tomorrow.
        DigestMismatch: the engine knows the image by another digest afterwards.
        DaemonError: the registry or the engine could not do it.
    """
    parts = split_reference(reference)
    if parts is None:
        raise MovedTag(reference, resolve(daemon, reference))
    repository, digest = parts
    progress.step(f"pulling {repository}@{digest[:19]}…")
    try:
        _follow(daemon.client.api.pull(repository, tag=digest, stream=True, decode=True), progress, reference)
    except FAULTS as error:
        raise explain(error, reference) from error
    image = daemon.find(f"{repository}@{digest}")
    if image is None or not any(known.endswith(digest) for known in image.attrs.get("RepoDigests") or []):
        raise DigestMismatch(
            f"{reference} was asked for, and the engine does not know what came by that digest"
        )
    return image


def resolve(daemon: Daemon, reference: str) -> str | None:
    """The digest that a tag stands for in its registry at this moment, where that can be found out."""
    try:
        return str(daemon.client.images.get_registry_data(reference).id)
    except FAULTS:
        return None


def push(daemon: Daemon, pin: Pin, repository: str, tag: str, progress: Progress) -> str:
    """Send a pinned image to a registry.

    Args:
        daemon: of the engine.
        pin: of the image.
        repository: where to, with the registry's host.
        tag: what it is called there; its digest is what counts.
        progress: who is told.

    Returns:
        the digest of the manifest, by which it can be pulled.

    Raises:
        DaemonError: the engine does not have the image, or the registry did not take it.
    """
    image = daemon.find(pin.image_id)
    if image is None:
        raise DaemonError(f"the engine has no image {pin.image_id}", "build it again, or pull it")
    progress.step(f"pushing {repository}:{tag}")
    try:
        image.tag(repository, tag)
        stream = daemon.client.api.push(repository, tag=tag, stream=True, decode=True)
        digest = _follow(stream, progress, f"{repository}:{tag}")
    except FAULTS as error:
        raise explain(error, f"{repository}:{tag}") from error
    digest = digest or _known_digest(daemon, pin.image_id, repository)
    if digest is None:
        raise DaemonError(f"the engine does not say under which digest it pushed {repository}:{tag}")
    return digest


def pin_of(image: DaemonImage, repository: str, digest: str) -> tuple[str, Pin]:
    """The name and pin of an image that was pulled, from its labels.

    Raises:
        DaemonError: heldout did not build it.
    """
    labels = image.labels
    if not {IMAGE, RECIPE, CATALOG, BASE} <= labels.keys():
        hint = "`heldout image build` makes images that say what they are made of"
        raise DaemonError(f"{repository}@{digest} was not built by heldout: it has no labels of it", hint)
    pin = Pin(repository, str(image.id), digest, labels[RECIPE], labels[CATALOG], labels[BASE])
    return labels[IMAGE], pin


def _known_digest(daemon: Daemon, image_id: str, repository: str) -> str | None:
    image = daemon.find(image_id)
    known = image.attrs.get("RepoDigests") or [] if image is not None else []
    return next((each.rpartition("@")[2] for each in known if each.startswith(f"{repository}@")), None)


def _follow(messages: Iterable[dict[str, object]], progress: Progress, what: str) -> str | None:
    """Follow a pull or push to its end.

    Returns:
        the digest that the engine names, if it does.
    """
    transfer, digest = Transfer(progress), None
    for message in messages:
        if said := message.get("error"):
            raise explain(str(said), what)
        transfer.heard(message)
        aux = message.get("aux")
        if isinstance(aux, dict) and aux.get("Digest"):
            digest = str(aux["Digest"])
    return digest
