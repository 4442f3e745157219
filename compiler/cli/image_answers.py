"""What `heldout image` answers: pins in words or JSON."""

from dataclasses import asdict, fields
from typing import Any

from heldout.compiler.images.inputs import is_current
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.recipe import load_images
from heldout.compiler.terminal import print_json, say


def say_pin(name: str, pin: Pin, as_json: bool) -> None:
    """Answer with what an image's name stands for now."""
    if as_json:
        print_json(pin_json(name, pin))
        return
    for line in pin_lines(name, pin):
        say(f"{name}: {line}")


def pin_json(name: str, pin: Pin | None) -> dict[str, Any]:
    """An image for scripts: the fields of its pin are null where it has none."""
    image = load_images()[name]
    entry: dict[str, Any] = dict.fromkeys(each.name for each in fields(Pin)) if pin is None else asdict(pin)
    if pin is not None and pin.sif is not None:
        entry["sif"] = {"path": pin.sif.path.as_posix(), "sha256": pin.sif.sha256}
    return {
        "name": name,
        "description": image.description,
        **entry,
        "container": pin.container if pin is not None else None,
        "current": is_current(name, pin) if pin is not None else None,
    }


def pin_lines(name: str, pin: Pin | None) -> list[str]:
    """An image for people."""
    if pin is None:
        return [f"never built or pulled here: `heldout image build {name}`"]
    lines = [f"image {pin.image_id}"]
    lines.append(f"pull {pin.reference}" if pin.reference else "not pushed")
    if pin.base != load_images()[name].base.reference:
        lines.append(f"built on {pin.base}, and not on its recipe's base")
    if pin.sif is not None:
        lines.append(f"SIF {pin.sif.path} {pin.sif.sha256}")
    if not is_current(name, pin):
        lines.append(f"its recipe has changed since: `heldout image build {name}`")
    return lines
