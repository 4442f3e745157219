"""`heldout image push`."""

import os
from typing import Annotated

import typer

from heldout.compiler.cli.image.answers import say_pin
from heldout.compiler.cli.image.arguments import EngineUrl, Name, daemon, pinned
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.options import Json
from heldout.compiler.images.pins import repinned, tag_of, write_pin
from heldout.compiler.refusal import Refusal


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
    pins, pin = pinned(name)
    registry = os.environ.get("HELDOUT_REGISTRY", "").rstrip("/")
    own = (
        pin.repository if _has_host(pin.repository) else f"{registry}/{pin.repository}" if registry else None
    )
    repository = to or own
    if repository is None:
        raise Refusal("which registry?", f"heldout image push {name} --to HOST/PATH, or set HELDOUT_REGISTRY")
    with shown() as progress:
        from heldout.compiler.images.transfer import push as push_image

        digest = push_image(daemon(engine_url), pin, repository, tag_of(pin.recipe), progress)
        pushed = repinned(pin, repository, digest)
        write_pin(pins.path, name, pushed)
    say_pin(name, pushed, as_json)


def _has_host(repository: str) -> bool:
    """Whether a repository begins with a registry, by Docker's rule."""
    first, slash, _ = repository.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")
