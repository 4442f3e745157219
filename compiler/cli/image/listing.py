"""`heldout image list`: the images, what each name stands for here, and whether it serves a study."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.image.answers import pin_json, pin_lines
from heldout.compiler.cli.options import Json, Scale
from heldout.compiler.digests import Other, in_words
from heldout.compiler.images import Pin, load_images, read_pins
from heldout.compiler.terminal import print_json, show

# The operators and components that a study uses and an image lacks.
Lacking = Callable[[Pin], tuple[Other, ...]]


def list_images(
    study: Annotated[
        Path | None,
        typer.Option("--study", help="Also say whether each serves this spec.", show_default=False),
    ] = None,
    scale: Scale = None,
    as_json: Json = False,
) -> None:
    """List the images, and what each name stands for here.

    An image serves every study whose operators and components it holds, whatever was added since it was
    built.

    Examples:

    \b
      heldout image list
      heldout image list --study my-study.yaml --scale smoke
    """
    pins, lacking = read_pins(), _lacking_for(study, scale) if study is not None else None
    if as_json:
        print_json(
            [pin_json(name, pins.get(name)) | _json(pins.get(name), lacking) for name in load_images()]
        )
        return
    for name, image in load_images().items():
        show(f"{name}: {image.description}")
        show(f"    base {image.base.reference}")
        for line in (*pin_lines(name, pins.get(name)), *_lines(pins.get(name), lacking, study)):
            show(f"    {line}")


def _lacking_for(study: Path, scale: str | None) -> Lacking:
    from heldout.compiler.launch.serving import lacking  # compiling takes a while to import
    from heldout.compiler.run.source import Source

    compiled = Source.read(study).compile(scale)
    return lambda pin: lacking(compiled, pin)


def _json(pin: Pin | None, lacking: Lacking | None) -> dict[str, list[str] | None]:
    if lacking is None:
        return {}
    known = pin is not None and pin.holds is not None
    return {"study_lacks": [one.name for one in lacking(pin)] if pin is not None and known else None}


def _lines(pin: Pin | None, lacking: Lacking | None, study: Path | None) -> list[str]:
    if lacking is None or pin is None or pin.holds is None:
        return []
    found = lacking(pin)
    return [f"does not serve {study}: {in_words(found, 'in it')}" if found else f"serves {study}"]
