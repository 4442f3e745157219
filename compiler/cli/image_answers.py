"""What `heldout image` answers: pins in words or JSON, and faults with what to do about them."""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from heldout.compiler.images.inputs import is_current
from heldout.compiler.images.pins import Pin, PinError
from heldout.compiler.images.recipe import load_images
from heldout.compiler.terminal import FAILED, INVALID, MISSING, print_json, say, stop


@contextlib.contextmanager
def taught() -> Iterator[None]:
    """Say faults in words, with what to do, and end with their exit code."""
    from heldout.compiler.images.epoch import EpochError

    try:
        yield
    except (PinError, EpochError) as error:
        stop(str(error), INVALID)
    except Exception as error:
        _teach(error)
        raise


def _teach(error: Exception) -> None:
    from heldout.compiler.images.build import BuildFailed
    from heldout.compiler.images.engine import EngineError
    from heldout.compiler.images.transfer import DigestMismatch, MovedTag, without_tag

    if isinstance(error, EngineError):
        stop(str(error), MISSING if error.missing else FAILED, error.hint)
    if isinstance(error, BuildFailed):
        for line in error.log:
            say(f"    {line}")
        stop(str(error), FAILED, "nothing was pinned")
    if isinstance(error, DigestMismatch):
        stop(str(error), FAILED, "it was not pinned")
    if isinstance(error, MovedTag):
        now = f"now it stands for {without_tag(str(error))}@{error.now}"
        hint = now if error.now else "name it as REPOSITORY@sha256:…"
        stop(f"{error} names no digest, and a tag can move", INVALID, hint)


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
