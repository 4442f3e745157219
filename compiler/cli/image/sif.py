"""`heldout image sif`."""

from heldout.compiler.cli.image.answers import say_pin
from heldout.compiler.cli.image.arguments import EngineUrl, Name, daemon, pinned
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.options import Json


def sif(name: Name, engine_url: EngineUrl = None, as_json: Json = False) -> None:
    """Convert a pinned image to a SIF file for Apptainer.

    The file lies in .heldout/images, and its checksum is pinned.

    Examples:

    \b
      heldout image sif cuda
    """
    pins, pin = pinned(name)
    with shown() as progress:
        from heldout.compiler.images.sif import convert

        converted = convert(daemon(engine_url), name, pin, pins, progress)
    say_pin(name, converted, as_json)
