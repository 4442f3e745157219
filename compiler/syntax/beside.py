"""Files that a spec names beside it: which paths may be written, so that a stranger's leads nowhere else."""

import posixpath
import re

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.texts import Text
from heldout.compiler.syntax.tree import Scalar

# A name that every system and archive can hold: not that of a device of Windows, and with no dot at its end.
_PART = re.compile(
    r"(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$))[a-z0-9_][a-z0-9._-]{0,99}(?<!\.)",
    re.IGNORECASE | re.ASCII,
)


def path_beside(
    written: str, item: Scalar, text: Text, one: str, several: str, problems: list[Diagnostic]
) -> str | None:
    """The path of a file from the folder of the spec; None with the mistake where it may not be named so.

    Args:
        written: its path from the folder of the text that names it.
        item: where that stands.
        text: that names it.
        one: what it would be: `a base`.
        several: such files: `bases`.
        problems: where mistakes are added.
    """
    path = posixpath.normpath(posixpath.join(posixpath.dirname(text.path), written))
    if written.startswith(("/", "~")) or set(written) & set("\\:") or path.startswith("../../"):
        message = f"`{written[:100]}` leaves the folder that the spec's folder lies in"
        hint = f"keep {several} beside the spec, below it, or in a folder beside its own"
        problems.append(Diagnostic("unsafe-path", message, item.span, hint))
        return None
    if wrong := [part for part in path.split("/") if part != ".." and not _PART.fullmatch(part)]:
        message = f"`{wrong[0][:100]}` is no name for {one}"
        hint = "use letters, digits, `_`, `-` and `.` within, and no name of a device such as `con`"
        problems.append(Diagnostic("bad-name", message, item.span, hint))
        return None
    return path
