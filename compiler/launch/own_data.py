"""A user's own data: where they lie on this machine, by the checksums that call them."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.analysis.evaluate import Evaluator
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.situations import situations
from heldout.compiler.diagnostics import Span
from heldout.compiler.syntax.expression import ListOf


@dataclass(frozen=True)
class OwnData:
    """Files that a stage reads.

    Attributes:
        path: as it stands in the spec, taken from the spec's folder.
        sha256: of the content; no task is called by the path.
        path_span: where the path stands.
        sha256_span: where the checksum stands.
    """

    path: Path
    sha256: str
    path_span: Span
    sha256_span: Span


def own_data(scope: Scope) -> Iterator[OwnData]:
    """All that the stages of a study read of the user's files, each once a stage."""
    folder, evaluator = Path(scope.study.file).parent, Evaluator(scope)
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        for name, parameter in operator.parameters.items() if operator is not None else ():
            path, pin = stage.argument(name), stage.argument(parameter.pinned_by or "")
            if path is None or pin is None:
                continue
            both = ListOf((path.value, pin.value), stage.span)
            for at in situations(scope, both):
                place, sha256 = evaluator.value(both, at)
                spans = (evaluator.locate(one.value, at, ()) for one in (path, pin))
                yield OwnData(folder / place, sha256, *spans)


def places_text(scope: Scope, workflow: Path) -> str | None:
    """`data.json` of a workflow: by checksum, the path from its folder; None where it reads no such data."""
    here = workflow.resolve()
    places = {
        one.sha256: Path(os.path.relpath(one.path.resolve(), here)).as_posix() for one in own_data(scope)
    }
    return json.dumps(places, indent=1, sort_keys=True, ensure_ascii=False) + "\n" if places else None
