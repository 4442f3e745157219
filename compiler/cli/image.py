"""`heldout image`: build, move and check the images that jobs run in."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heldout.compiler.cli.image_answers import say_pin, standing_json, standing_lines
from heldout.compiler.cli.image_list import list_images
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.options import Json
from heldout.compiler.diagnostics import nearest
from heldout.compiler.files import write_if_changed
from heldout.compiler.images.pins import Pin, Pins, read_pins, repinned, tag_of, write_pin
from heldout.compiler.images.recipe import load_images, needs_links
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.terminal import FAILED, print_json, say

if TYPE_CHECKING:
    from heldout.compiler.images.daemon import Daemon

# The modules that speak to an engine are imported where a command needs them: `heldout` starts fast.

HELP = """Build, move and check the images that jobs run in.

containers/images.yaml has the recipes, each on a base pinned by digest. What was built, pushed or
pulled is pinned in .heldout/images.json (HELDOUT_IMAGES), and jobs run in what is pinned.
"""

images = typer.Typer(
    name="image", help=HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)

Name = Annotated[str, typer.Argument(help="An image of containers/images.yaml: cpu or cuda.")]
EngineUrl = Annotated[
    str | None,
    typer.Option(
        "--engine-url",
        envvar="DOCKER_HOST",
        help="The engine's socket; none: Docker's, else Podman's.",
        show_default=False,
    ),
]
Base = Annotated[
    str | None,
    typer.Option(help="Build on this: REPOSITORY@sha256:…, or an image that the engine has."),
]

POSITION = 180


def register(application: typer.Typer) -> None:
    application.add_typer(images)


@images.command()
def build(
    name: Name,
    base: Base = None,
    wheels: Annotated[
        Path | None, typer.Option(help="A folder with all wheels: the build then uses no network.")
    ] = None,
    find_links: Annotated[
        str | None,
        typer.Option(
            "--find-links", envvar="PIP_FIND_LINKS", help="A page that links to wheels of PyTorch for CPUs."
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Build even what is built already, and every step of it.")
    ] = False,
    engine_url: EngineUrl = None,
    as_json: Json = False,
) -> None:
    """Build an image and pin it.

    The same inputs give the same image, whenever it is built: files bear one time (that of the
    release, or SOURCE_DATE_EPOCH) and lie in a fixed order.

    Examples:

    \b
      heldout image build cuda
      heldout image build cpu --base my/python@sha256:… --wheels wheels/
    """
    _known(name)
    if wheels is not None and not any(wheels.glob("*.whl")):
        raise Refusal(
            f"there are no wheels in {wheels}", f"pip download -r {_requirements(name)} -d {wheels}"
        )
    if needs_links(name) and wheels is None and find_links is None:
        raise Refusal(
            f"`{name}` needs PyTorch's build for CPUs, which the Python package index does not have",
            "name the page of its wheels with --find-links (PyTorch's installation page has it), or a "
            "folder of wheels with --wheels",
        )
    with shown() as progress:
        from heldout.compiler.images.build import build as build_image

        pins = read_pins()
        pin = build_image(_daemon(engine_url), name, pins, progress, base, wheels, no_cache, find_links)
    say_pin(name, pin, as_json)


@images.command()
def push(
    name: Name,
    to: Annotated[
        str | None,
        typer.Option(
            help="Where to, such as registry.example.org/me/cuda; none: HELDOUT_REGISTRY/heldout/NAME."
        ),
    ] = None,
    engine_url: EngineUrl = None,
    as_json: Json = False,
) -> None:
    """Push a pinned image to a registry, and pin its digest there.

    Examples:

    \b
      heldout image push cuda --to registry.example.org/me/cuda
    """
    pins, pin = _pinned(name)
    registry = os.environ.get("HELDOUT_REGISTRY", "").rstrip("/")
    own = (
        pin.repository if _has_host(pin.repository) else f"{registry}/{pin.repository}" if registry else None
    )
    repository = to or own
    if repository is None:
        raise Refusal("which registry?", f"heldout image push {name} --to HOST/PATH, or set HELDOUT_REGISTRY")
    with shown() as progress:
        from heldout.compiler.images.transfer import push as push_image

        digest = push_image(_daemon(engine_url), pin, repository, tag_of(pin.recipe), progress)
        pushed = repinned(pin, repository, digest)
        write_pin(pins.path, name, pushed)
    say_pin(name, pushed, as_json)


@images.command()
def pull(
    image: Annotated[str, typer.Argument(help="The name of a pinned image, or REPOSITORY@sha256:….")],
    engine_url: EngineUrl = None,
    as_json: Json = False,
) -> None:
    """Pull an image by digest, and pin it.

    A tag is refused: it may stand for something else tomorrow. The message says what it stands for
    now.

    Examples:

    \b
      heldout image pull cuda
      heldout image pull registry.example.org/me/cuda@sha256:…
    """
    reference = image
    if image in load_images():
        reference = _pinned(image)[1].reference or ""
        if not reference:
            raise Refusal(
                f"`{image}` was built here and never pushed: there is nothing to pull",
                f"heldout image pull REPOSITORY@sha256:…, or `heldout image push {image}` where it was built",
            )
    with shown() as progress:
        from heldout.compiler.images.inside import holdings_in
        from heldout.compiler.images.transfer import pin_of, split_reference
        from heldout.compiler.images.transfer import pull as pull_image

        pins, daemon = read_pins(), _daemon(engine_url)
        with _keeping(pins, reference):
            pulled = pull_image(daemon, reference, progress)
        name, pin = pin_of(pulled, *(split_reference(reference) or ("", "")))
        if image in load_images() and name != image:
            raise Failed(f"{reference} is the image `{name}`, and not `{image}`")
        if name not in load_images():
            raise Refusal(f"{reference} is an image `{name}`, which containers/images.yaml does not have")
        before = pins.get(name)
        if before is not None and before.image_id == pin.image_id:
            pin = replace(pin, sif=before.sif)
        pin = replace(pin, holds=holdings_in(daemon, pin))
        write_pin(pins.path, name, pin)
    say_pin(name, pin, as_json)


@images.command()
def verify(name: Name, engine_url: EngineUrl = None, as_json: Json = False) -> None:
    """Hash a pinned image again, and say what differs from its pin.

    Looked at are every layer, the configuration, the labels, heldout's own files and the catalog in the
    image, its bill of materials and its SIF file. Exit code 1 where anything differs. What it holds of
    the operators here is said too, and is no difference.

    Examples:

    \b
      heldout image verify cuda
    """
    pins, pin = _pinned(name)
    with shown() as progress:
        from heldout.compiler.images.verify import verify as verify_image

        found = verify_image(_daemon(engine_url), name, pin, pins.folder, progress)
    if not found.differences and pin.holds is None:
        pin = replace(pin, holds=found.holds)
        write_pin(pins.path, name, pin)
    if as_json:
        differences = [asdict(each) for each in found.differences]
        print_json({"name": name, "differences": differences, "notes": found.notes, **standing_json(pin)})
    else:
        for each in found.differences:
            say(f"{each.what}: {each.pinned} was expected, and there is {each.found}", "red")
        if not found.differences:
            say(f"{name} is as it was pinned: {pin.image_id}", "green")
            for line in (*found.notes, *standing_lines(pin)):
                say(line)
    if found.differences:
        raise typer.Exit(FAILED)


@images.command()
def sif(name: Name, engine_url: EngineUrl = None, as_json: Json = False) -> None:
    """Convert a pinned image to a SIF file for Apptainer.

    The file lies in .heldout/images, and its checksum is pinned.

    Examples:

    \b
      heldout image sif cuda
    """
    pins, pin = _pinned(name)
    with shown() as progress:
        from heldout.compiler.images.sif import convert

        converted = convert(_daemon(engine_url), name, pin, pins, progress)
    say_pin(name, converted, as_json)


@images.command()
def render(
    name: Name,
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the whole context of a build into this folder."),
    ] = None,
    definition: Annotated[
        bool, typer.Option("--definition", help="Print the Apptainer definition, not the Dockerfile.")
    ] = False,
    base: Base = None,
) -> None:
    """Print what an image is built from, or write it to a folder.

    No engine is needed.

    Examples:

    \b
      heldout image render cuda
      heldout image render cuda -o context && docker build context
      heldout image render cuda --definition
    """
    _known(name)
    from heldout.compiler.images.build import plan_build

    files = plan_build(name, base).files(wheels=False)
    if folder is None:
        typer.echo(files["apptainer.def" if definition else "Dockerfile"].decode(), nl=False)
        return
    for path, data in files.items():
        target = folder / path
        write_if_changed(target, data)
        target.chmod(0o755 if "/bin/" in path else 0o644)
    say(f"wrote {len(files)} files to {folder}")


images.command("list")(list_images)


@contextlib.contextmanager
def _keeping(pins: Pins, reference: str) -> Iterator[None]:
    """Say what is pinned of a repository, where a tag of it is refused."""
    from heldout.compiler.images.transfer import MovedTag, without_tag

    try:
        yield
    except MovedTag:
        for name, pin in pins.known.items():
            if pin.digest is not None and pin.repository == without_tag(reference):
                say(f"`{name}` is pinned at {pin.digest} of {pin.repository}, and stays so")
        raise


def _known(name: str) -> None:
    if name not in load_images():
        raise Refusal(f"no image is called `{name}`", nearest(name, load_images()))


def _pinned(name: str) -> tuple[Pins, Pin]:
    """All pins and that of an image; refuses where there is none."""
    _known(name)
    pins = read_pins()
    pin = pins.get(name)
    if pin is None:
        hint = f"`heldout image build {name}` builds it here, `heldout image pull …@sha256:…` brings one"
        raise Refusal(f"the image `{name}` was never built or pulled here", hint)
    return pins, pin


def _daemon(url: str | None) -> "Daemon":
    from heldout.compiler.images.daemon import connect

    return connect(url)


def _requirements(name: str) -> str:
    return f"containers/{load_images()[name].requirements}"


def _has_host(repository: str) -> bool:
    """Whether a repository begins with a registry, by Docker's rule."""
    first, slash, _ = repository.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")
