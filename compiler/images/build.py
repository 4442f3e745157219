"""Build an image: the engine builds it, and what depends on the time of building is taken out."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from heldout.compiler.files import write_if_changed
from heldout.compiler.images.archives import forget, load, save
from heldout.compiler.images.context import Build, write_context
from heldout.compiler.images.daemon import FAULTS, Daemon, DaemonError, explain
from heldout.compiler.images.epoch import source_date_epoch
from heldout.compiler.images.inputs import own_holdings, recipe_digest
from heldout.compiler.images.normalise import ArchiveError, Normalised, normalise
from heldout.compiler.images.pins import Pin, Pins, tag_of, write_pin
from heldout.compiler.images.progress import Progress
from heldout.compiler.images.recipe import load_images
from heldout.compiler.images.transfer import pull, split_reference
from heldout.compiler.refusal import Failed

LOG_LINES = 20
STEP = re.compile(r"(\[\d+/\d+\] )?step \d+", re.IGNORECASE)  # Podman says which stage it is of
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class BuildFailed(Failed):
    """A step of the build failed."""

    def __init__(self, message: str, log: Sequence[str]) -> None:
        super().__init__("\n    ".join([message, *log]), "nothing was pinned")


@dataclass(frozen=True)
class Start:
    """What a build begins from.

    Attributes:
        name: for people and for the pin: `REPOSITORY@sha256:…`, or the id of an image of this machine.
        called: what the engine's builder calls it.
        layers: the diff ids of its layers.
    """

    name: str
    called: str
    layers: tuple[str, ...]


def plan_build(name: str, base: str | None = None) -> Build:
    """What is to be built, without an engine.

    Args:
        name: of the image.
        base: what to build on instead of its recipe's base.
    """
    own = load_images()[name].base.reference
    return Build(name, base or own, recipe_digest(name, base), source_date_epoch())


def find_base(daemon: Daemon, name: str, base: str | None, progress: Progress) -> Start:
    """The base of an image, pulled if the engine does not have it.

    Args:
        daemon: of the engine.
        name: of the image.
        base: instead of its recipe's base: `REPOSITORY@sha256:…`, or an image that the engine has. Such
            an image is taken by its id, since what it is called may move.
        progress: who is told.

    Raises:
        MovedTag: a base that the engine does not have and that names no digest.
        DaemonError: the base cannot be had.
    """
    reference = base or load_images()[name].base.reference
    by_digest = split_reference(reference) is not None
    image = daemon.find(reference)
    if image is None:
        image = pull(daemon, reference, progress)
    layers = tuple(image.attrs["RootFS"]["Layers"])
    if by_digest:
        return Start(reference, reference, layers)
    # A builder takes a bare id for the name of a repository.
    called = f"heldout-base:{str(image.id).removeprefix('sha256:')[:12]}"
    image.tag(*called.split(":"))
    return Start(str(image.id), called, layers)


def build(
    daemon: Daemon,
    name: str,
    pins: Pins,
    progress: Progress,
    base: str | None = None,
    wheels: Path | None = None,
    no_cache: bool = False,
    find_links: str | None = None,
) -> Pin:
    """Build an image and pin it; what is built already from the same recipe is only pinned.

    Args:
        daemon: of the engine.
        name: of the image.
        pins: so far; the new one goes into their file.
        progress: who is told.
        base: what to build on instead of its recipe's base.
        wheels: a folder of wheels; the build then uses no network.
        no_cache: build even what is built already, and without the engine's cache.
        find_links: a page that links to wheels which the Python package index lacks.

    Raises:
        BuildFailed: a step failed.
        DaemonError: the engine could not do it.
    """
    start = find_base(daemon, name, base, progress)
    planned = plan_build(name, None if base is None else start.name)
    before = pins.get(name)
    if not no_cache and before is not None and is_built(daemon, before, planned):
        return _noted(pins, name, before)
    made = make(daemon, planned, start, pins.folder, progress, wheels, no_cache, find_links)
    write_if_changed(pins.folder / f"{name}.cdx.json", planned.bill)
    pin = Pin(
        repository=load_images()[name].repository,
        image_id=made.image_id,
        digest=None,
        recipe=planned.recipe,
        catalog=own_holdings().catalog,
        base=planned.base,
        holds=own_holdings(),
    )
    if before is not None and before.image_id == pin.image_id:
        return _noted(pins, name, before)  # the same bytes: where it was pushed, and its SIF file, still hold
    write_pin(pins.path, name, pin)
    return pin


def _noted(pins: Pins, name: str, before: Pin) -> Pin:
    """The pin of an image that was built before, from the same files, with what it holds written down."""
    if before.holds is not None or before.catalog != own_holdings().catalog:
        return before
    pin = replace(before, holds=own_holdings())
    write_pin(pins.path, name, pin)
    return pin


def is_built(daemon: Daemon, pin: Pin, planned: Build) -> bool:
    """Whether a pin is of what is to be built, and the engine has it."""
    if pin.recipe != planned.recipe:
        return False
    image = daemon.find(pin.image_id)
    created = planned.labels()["org.opencontainers.image.created"]
    return image is not None and image.labels.get("org.opencontainers.image.created") == created


def make(
    daemon: Daemon,
    planned: Build,
    start: Start,
    working: Path,
    progress: Progress,
    wheels: Path | None,
    no_cache: bool,
    find_links: str | None = None,
) -> Normalised:
    """Build what was planned, normalise it, and let the engine have that.

    In a folder with room for it three times over.
    """
    working.mkdir(parents=True, exist_ok=True)
    tag = f"{load_images()[planned.name].repository}:{tag_of(planned.recipe)}"
    with tempfile.TemporaryDirectory(dir=working, prefix=".build-") as folder:
        raw = _run(daemon, planned, start, working, progress, wheels, no_cache, find_links)
        saved, plain = Path(folder, "saved.tar"), Path(folder, "plain.tar")
        try:
            save(daemon, raw, saved, progress)
            progress.step("normalising layers")
            made = normalise(saved, plain, start.layers, planned.name, tag, planned.epoch)
            saved.unlink()
            load(daemon, plain, made.image_id, progress)
        except ArchiveError as error:
            raise DaemonError(f"{planned.name}: {error}") from error
        finally:
            forget(daemon, raw)
    return made


def _run(
    daemon: Daemon,
    planned: Build,
    start: Start,
    working: Path,
    progress: Progress,
    wheels: Path | None,
    no_cache: bool,
    find_links: str | None,
) -> str:
    """Let the engine build; the id of what it built."""
    log: list[str] = []
    built = None
    with tempfile.TemporaryFile(dir=working) as context:
        files = planned.files(wheels is not None, start.called)
        write_context(context, files, wheels.glob("*.whl") if wheels else (), planned.epoch)
        context.seek(0)
        progress.step(f"building {planned.name} on {start.name}")
        options: dict[str, Any] = {"network_mode": "none"} if wheels else {}
        if find_links and not wheels:
            options["buildargs"] = {"PIP_FIND_LINKS": find_links}
        try:
            stream = daemon.client.api.build(
                fileobj=context,
                custom_context=True,
                rm=True,
                forcerm=True,
                nocache=no_cache,
                decode=True,
                **options,
            )
            for message in stream:
                if said := message.get("error"):
                    raise BuildFailed(str(said).strip(), log[-LOG_LINES:])
                built = _id_in(message) or built
                for line in filter(None, COLOUR.sub("", str(message.get("stream", ""))).splitlines()):
                    log.append(line)
                    if STEP.match(line):
                        progress.step(line)
        except FAULTS as error:
            raise explain(error, f"building {planned.name}") from error
    if built is None:
        raise BuildFailed("the engine names no image that it built", log[-LOG_LINES:])
    return built


def _id_in(message: dict[str, object]) -> str | None:
    aux = message.get("aux")
    if isinstance(aux, dict) and aux.get("ID"):
        return str(aux["ID"])
    found = re.search(r"Successfully built ([0-9a-f]{12,64})", str(message.get("stream", "")))
    return found[1] if found else None
