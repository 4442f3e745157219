"""What `heldout image` answers: pins in words or JSON."""

from dataclasses import asdict, fields, replace
from typing import Any

from heldout.compiler.digests import in_words
from heldout.compiler.images.inputs import is_current, own_holdings
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.recipe import load_images
from heldout.compiler.images.standing import Standing, standing
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
    entry: dict[str, Any] = dict.fromkeys(each.name for each in fields(Pin))
    if pin is not None:
        entry = asdict(replace(pin, holds=None))
    if pin is not None and pin.sif is not None:
        entry["sif"] = {"path": pin.sif.path.as_posix(), "sha256": pin.sif.sha256}
    return {
        "name": name,
        "description": image.description,
        **entry,
        "container": pin.container if pin is not None else None,
        "current": is_current(name, pin) if pin is not None else None,
        **standing_json(pin),
    }


def standing_json(pin: Pin | None) -> dict[str, Any]:
    """What of the operators and components here an image holds, for scripts; null where that is not known."""
    stands = standing_of(pin)
    if stands is None:
        return {"holds": None}
    numbers = {key: value for key, value in asdict(stands).items() if key != "lacks"}
    lacks = {
        "missing": [one.name for one in stands.lacks if one.missing],
        "other_versions": [one.name for one in stands.lacks if not one.missing],
    }
    return {"holds": numbers | lacks}


def standing_of(pin: Pin | None) -> Standing | None:
    """How an image stands to the catalog here; None where it is not known what it holds."""
    return standing(pin.holds, own_holdings()) if pin is not None and pin.holds is not None else None


def standing_lines(pin: Pin) -> list[str]:
    """What of the operators and components here an image holds, for people."""
    stands = standing_of(pin)
    if stands is None:
        return []
    return [stands.text, *([in_words(stands.lacks, "in it")] if stands.lacks else [])]


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
    if pin.holds is None and not is_current(name, pin):
        lines.append(f"its recipe has changed since: `heldout image build {name}`")
    if pin.holds is None:
        lines.append(f"what it holds is not written down here: `heldout image verify {name}` does it")
    return [*lines, *standing_lines(pin)]
