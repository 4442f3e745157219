"""`heldout image build`."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.image.answers import say_pin
from heldout.compiler.cli.image.arguments import Base, EngineUrl, Name, daemon, known
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.options import Json
from heldout.compiler.images.pins import read_pins
from heldout.compiler.images.recipe import load_images, needs_links
from heldout.compiler.refusal import Refusal


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
    known(name)
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
        pin = build_image(daemon(engine_url), name, pins, progress, base, wheels, no_cache, find_links)
    say_pin(name, pin, as_json)


def _requirements(name: str) -> str:
    return f"containers/{load_images()[name].requirements}"
