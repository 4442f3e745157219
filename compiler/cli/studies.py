"""The studies that a command line names: one, or many in files and folders."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.specs import find_specs, is_several
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import print_json, show_refusal

Specs = Annotated[list[Path], typer.Argument(help="Specs, or folders that hold some.", show_default=False)]


class Studies:
    """Studies that are opened one after the other. Among several, one that is refused is passed over.

    Attributes:
        specs: of the studies.
        several: whether answers are about many, even where there is one.
    """

    def __init__(
        self, given: Sequence[Path], scale: str | None = None, results: Path = RESULTS, store: Path = STORE
    ) -> None:
        self.specs, self.several = find_specs(given), is_several(given)
        self._scale, self._results, self._store = scale, results, store
        self._refused: list[dict[str, Any]] = []
        self._code = 0

    def __iter__(self) -> Iterator[Workspace]:
        """The studies, compiled.

        Raises:
            Refusal: the only one has mistakes.
        """
        for spec in self.specs:
            try:
                yield Workspace.open(spec, self._scale, self._results, self._store)
            except Refusal as refusal:
                if not self.several:
                    raise
                self.refuse(spec, refusal)

    def refuse(self, spec: Path, refusal: Refusal) -> None:
        """Say why nothing is answered of a spec, and go on."""
        self._code = max(self._code, show_refusal(refusal))
        self._refused.append({"spec": spec.as_posix(), "refused": refusal_json(refusal)})

    def print_json(self, answers: Sequence[Any]) -> None:
        """For scripts: the answer where one study is meant, else a list, with what was refused at its end."""
        print_json([*answers, *self._refused] if self.several else answers[0])

    def end(self) -> None:
        """End the command, with the exit code of what was refused."""
        if self._code:
            raise typer.Exit(self._code)


def refusal_json(refusal: Refusal) -> Any:
    """Why a study was refused, for scripts: its diagnostics, or a message with its hint."""
    if isinstance(refusal, Mistakes):
        return [one.json() for one in refusal.found]
    return {"message": refusal.message, "hint": refusal.hint}
