"""What commands of `heldout image` are given, and what they need of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from heldout.compiler.diagnostics import nearest
from heldout.compiler.images.pins import Pin, Pins, read_pins
from heldout.compiler.images.recipe import load_images
from heldout.compiler.refusal import Refusal

if TYPE_CHECKING:
    from heldout.compiler.images.daemon import Daemon

# The modules that speak to an engine are imported where a command needs them: `heldout` starts fast.

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


def known(name: str) -> None:
    """Refuse a name that no image has."""
    if name not in load_images():
        raise Refusal(f"no image is called `{name}`", nearest(name, load_images()))


def pinned(name: str) -> tuple[Pins, Pin]:
    """All pins and that of an image; refuses where there is none."""
    known(name)
    pins = read_pins()
    pin = pins.get(name)
    if pin is None:
        hint = f"`heldout image build {name}` builds it here, `heldout image pull …@sha256:…` brings one"
        raise Refusal(f"the image `{name}` was never built or pulled here", hint)
    return pins, pin


def daemon(url: str | None) -> "Daemon":
    """The engine, by its socket or where one is found."""
    from heldout.compiler.images.daemon import connect

    return connect(url)
