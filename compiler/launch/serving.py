"""The image that a study's jobs run in: it serves the study when it holds what the study uses."""

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import Compiled
from heldout.compiler.digests import Other, digests_of, in_words
from heldout.compiler.images import Pin, Pins
from heldout.compiler.launch.refusal import missing, wrong


def serving_pin(compiled: Compiled, pins: Pins, catalog: str | None = None) -> Pin:
    """The pin of an image that serves a study.

    Args:
        compiled: the study.
        pins: what the names of images stand for.
        catalog: the digest of the catalog that the image must hold where nothing more is known of it; by
            default of the one that is shipped here.

    Raises:
        Refusal: there is none, or it lacks an operator or component that the study uses.
    """
    name = compiled.study.image
    pin = pins.get(name)
    if pin is None:
        hint = f"`heldout image build {name}` builds it here, `heldout image pull {name}` brings one"
        missing(f"the image {name} has not been built or pulled here", hint)
    if pin.holds is None:
        _refuse_another_catalog(name, pin, catalog or load_catalog().digest)
    refuse_lacking(compiled, pin)
    return pin


def lacking(compiled: Compiled, pin: Pin) -> tuple[Other, ...]:
    """What a study uses and its image has not, or in another version; nothing where that is not known.

    The user's own operators and components come with the study, and in no image.
    """
    if pin.holds is None:
        return ()
    found = pin.holds.lacks(compiled.uses.digests)
    if not any(one.missing for one in found) or not compiled.operator_files:
        return found
    shipped = digests_of(load_catalog())
    return tuple(one for one in found if not one.missing or one.name in shipped)


def refuse_lacking(compiled: Compiled, pin: Pin) -> None:
    """See that an image has what a study uses, where it is known what the image holds.

    Raises:
        Refusal: it lacks something.
    """
    name = compiled.study.image
    if pin.holds is not None and pin.holds.language != compiled.catalog.heldout:
        message = f"the image {name} is of version {pin.holds.language} of the language, and the study of"
        wrong(f"{message} {compiled.catalog.heldout}", f"`heldout image build {name}` builds it again")
    if found := lacking(compiled, pin):
        message = f"the image {name} does not hold all that the study uses: {in_words(found, 'in it')}"
        hint = f"`heldout image build {name}` builds it again, `heldout image pull …@sha256:…` brings another"
        if all(one.is_library for one in found):
            hint = "HELDOUT_LIBRARIES=shipped calls tasks by the versions that images have, not by those here"
        wrong(message, hint)


def _refuse_another_catalog(name: str, pin: Pin, ours: str) -> None:
    """See that the whole catalog is the same, where of the image nothing more is known."""
    if pin.catalog != ours:
        message = f"the image {name} holds the catalog {pin.catalog[:19]}…, and studies compile against"
        hint = (
            f"`heldout image build {name}` builds it again; `heldout image verify {name}` writes down what "
            "it holds, which may be all that the study uses"
        )
        wrong(f"{message} {ours[:19]}…", hint)
