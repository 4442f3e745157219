"""`heldout explain`: what an error code means."""

from typing import Annotated

import typer

from heldout.compiler.archive.refused import HINTS
from heldout.compiler.diagnostics import nearest
from heldout.compiler.explanations.explanation import codes, explanation
from heldout.compiler.refusal import Refusal
from heldout.compiler.terminal import show

_MORE = "docs/archive.md has all that an archive may hold, and all that it is refused for."

POSITION = 190


def register(application: typer.Typer) -> None:
    application.command()(explain)


def explain(
    code: Annotated[
        str | None, typer.Argument(help="A code, as in `error[unknown-axis]`; none lists all.")
    ] = None,
) -> None:
    """Explain an error code, with an example.

    Example:

    \b
      heldout explain held-out-leak
    """
    if code is None:
        for name in codes():
            show(f"{name:22} {explanation(name).title}")
        for name in sorted(HINTS):
            show(f"{name:22} An archive is refused.")
        return
    if code in HINTS:
        show(f"{code}: An archive is refused.\n\n{HINTS[code]}\n\n{_MORE}")
        return
    if code not in codes():
        raise Refusal(f"no error has the code `{code}`", nearest(code, {*codes(), *HINTS}))
    explained = explanation(code)
    show(f"{code}: {explained.title}\n\n{explained.text}\n")
    show(f"Wrong:\n{_indented(explained.wrong)}\n\nRight:\n{_indented(explained.right)}")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
