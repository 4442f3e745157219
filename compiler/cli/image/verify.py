"""`heldout image verify`."""

from dataclasses import asdict, replace

import typer

from heldout.compiler.cli.image.answers import standing_json, standing_lines
from heldout.compiler.cli.image.arguments import EngineUrl, Name, daemon, pinned
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.options import Json
from heldout.compiler.images.pins import write_pin
from heldout.compiler.terminal import FAILED, print_json, say


def verify(name: Name, engine_url: EngineUrl = None, as_json: Json = False) -> None:
    """Hash a pinned image again, and say what differs from its pin.

    Looked at are every layer, the configuration, the labels, heldout's own files and the catalog in the
    image, its bill of materials and its SIF file. Exit code 1 where anything differs. What it holds of
    the operators here is said too, and is no difference.

    Examples:

    \b
      heldout image verify cuda
    """
    pins, pin = pinned(name)
    with shown() as progress:
        from heldout.compiler.images.verify import verify as verify_image

        found = verify_image(daemon(engine_url), name, pin, pins.folder, progress)
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
