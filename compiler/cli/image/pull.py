"""`heldout image pull`."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from heldout.compiler.cli.image.answers import say_pin
from heldout.compiler.cli.image.arguments import EngineUrl, daemon, pinned
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.options import Json
from heldout.compiler.images.pins import Pins, read_pins, write_pin
from heldout.compiler.images.recipe import load_images
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.terminal import say


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
        reference = pinned(image)[1].reference or ""
        if not reference:
            raise Refusal(
                f"`{image}` was built here and never pushed: there is nothing to pull",
                f"heldout image pull REPOSITORY@sha256:…, or `heldout image push {image}` where it was built",
            )
    with shown() as progress:
        from heldout.compiler.images.inside import holdings_in
        from heldout.compiler.images.transfer import pin_of, split_reference
        from heldout.compiler.images.transfer import pull as pull_image

        pins, engine = read_pins(), daemon(engine_url)
        with _keeping(pins, reference):
            pulled = pull_image(engine, reference, progress)
        name, pin = pin_of(pulled, *(split_reference(reference) or ("", "")))
        if image in load_images() and name != image:
            raise Failed(f"{reference} is the image `{name}`, and not `{image}`")
        if name not in load_images():
            raise Refusal(f"{reference} is an image `{name}`, which containers/images.yaml does not have")
        before = pins.get(name)
        if before is not None and before.image_id == pin.image_id:
            pin = replace(pin, sif=before.sif)
        pin = replace(pin, holds=holdings_in(engine, pin))
        write_pin(pins.path, name, pin)
    say_pin(name, pin, as_json)


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
