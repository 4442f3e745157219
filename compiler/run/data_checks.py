"""Whether a user's own data are there, and are what the study says."""

from collections.abc import Iterator

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.launch.own_data import own_data
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.checksum import checksum, size

MOST_BYTES = 1 << 30  # that are read to check a spec; the jobs look at all


def check_data(scope: Scope) -> Iterator[Diagnostic]:
    """The user's own files are there, and have the checksums that the study gives. Changes nothing."""
    seen = set()
    for one in own_data(scope):
        if one in seen:
            continue
        seen.add(one)
        if not one.path.exists():
            hint = "paths are taken from the folder of the spec"
            yield Diagnostic("missing-file", f"there is no file or folder {one.path}", one.path_span, hint)
            continue
        try:
            found = checksum(one.path) if size(one.path) <= MOST_BYTES else one.sha256
        except Refusal as refusal:
            yield Diagnostic("wrong-value", str(refusal), one.path_span, refusal.hint)
            continue
        except OSError as error:
            yield Diagnostic("missing-file", f"{one.path} cannot be read: {error.strerror}", one.path_span)
            continue
        if found != one.sha256:
            message = f"the content of {one.path} has another checksum"
            yield Diagnostic("wrong-value", message, one.sha256_span, f"write `sha256: {found}`")
