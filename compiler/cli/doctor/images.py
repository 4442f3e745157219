"""Images: which are pinned, whether they are of this heldout, whether an engine runs them here."""

import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence

from heldout.compiler.digests import in_words
from heldout.compiler.finding import Finding
from heldout.compiler.images import Pin, load_images
from heldout.compiler.images.inputs import catalog_digest, is_current, own_holdings
from heldout.compiler.images.pins import PinError, read_pins
from heldout.compiler.images.standing import standing
from heldout.compiler.launch.engine import ContainerEngine
from heldout.compiler.launch.refusal import Refusal

PATIENCE_SECONDS = 5.0


def look_at_images(engines: Sequence[ContainerEngine]) -> Iterator[Finding]:
    """Every image that there is a recipe of, and the registries of those that are pinned.

    Args:
        engines: that answer here.
    """
    try:
        pins = read_pins()
    except PinError as error:
        yield Finding("images", "doubtful", str(error), "`heldout image list` shows what is pinned")
        return
    for name in load_images():
        pin = pins.get(name)
        if pin is None:
            hint = f"for runs in containers: `heldout image build {name}` or `heldout image pull …`"
            yield Finding(f"image {name}", "absent", "not pinned", hint)
            continue
        yield _pinned(name, pin)
        for engine in engines:
            yield _runs(name, pin, engine)
    named = {registry_of(pin.repository) for pin in pins.known.values() if pin.digest is not None}
    hosts = {host for host in named if host is not None}
    if own := os.environ.get("HELDOUT_REGISTRY"):
        hosts.add(own.split("/")[0])
    for host in sorted(hosts):
        yield _registry(host)


def _pinned(name: str, pin: Pin) -> Finding:
    again = f"`heldout image build {name}` builds it anew"
    if pin.holds is None and pin.catalog != catalog_digest():
        hint = f"{again}, `heldout image verify {name}` writes down what it holds"
        return Finding(f"image {name}", "doubtful", "has another catalog than this heldout", hint)
    if pin.holds is None and not is_current(name, pin):
        return Finding(f"image {name}", "doubtful", "was built from another recipe", again)
    stands = standing(pin.holds, own_holdings()) if pin.holds is not None else None
    if stands is not None and not stands.only_lags:
        found = f"{stands.text}: {in_words(stands.lacks, 'in it')}"
        return Finding(
            f"image {name}", "doubtful", found, f"{again}; studies that use none of these run in it"
        )
    if pin.sif is not None and not pin.sif.path.is_file():
        hint = f"`heldout image sif {name}` makes it anew"
        return Finding(f"image {name}", "doubtful", f"its file {pin.sif.path} is gone", hint)
    sif = f", {pin.sif.path}" if pin.sif is not None else ", no SIF file"
    held = f", {stands.text}" if stands is not None else ""
    return Finding(f"image {name}", "fine", f"{pin.reference or pin.image_id[:19]}{sif}{held}")


def _runs(name: str, pin: Pin, engine: ContainerEngine) -> Finding:
    """Whether an engine starts a container of an image, cut off from the network."""
    title = f"image {name} in {engine.name}"
    try:
        isolates = engine.find(name, pin, here=True).isolates
    except Refusal as refusal:
        return Finding(
            title, "absent" if refusal.kind == "missing" else "doubtful", str(refusal), refusal.hint
        )
    hint = "this user may not cut containers off: jobs guard themselves, their child processes do not"
    found = "runs, without network" if isolates else "runs, with the machine's network"
    return Finding(title, "fine" if isolates else "doubtful", found, hint)


def registry_of(repository: str) -> str | None:
    """The host of a repository's name, as Docker reads it; None where the engine's own default is meant."""
    first = repository.split("/")[0]
    named = "/" in repository and ("." in first or ":" in first or first == "localhost")
    return first if named else None


def _registry(host: str) -> Finding:
    """Whether a registry answers; one that asks for a password does."""
    local = host.split(":")[0] in ("localhost", "127.0.0.1")
    url = f"{'http' if local else 'https'}://{host}/v2/"
    hint = "pulls and pushes need it; images that are here run without it"
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS):
            return Finding(f"registry {host}", "fine", "answers")
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            return Finding(f"registry {host}", "fine", "answers, and asks who you are")
        return Finding(f"registry {host}", "doubtful", f"answers with {error.code}", hint)
    except (urllib.error.URLError, ssl.SSLError, OSError, ValueError) as error:
        return Finding(f"registry {host}", "doubtful", f"cannot be reached: {error}", hint)
