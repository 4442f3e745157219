"""A user's own data: where they lie on this machine, by the checksums that call them."""

import json
import os
from collections.abc import Iterator, Mapping
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
        stage: its name.
        given: the path as it stands in the spec.
        path: that, taken from the spec's folder.
        sha256: of the content; no task is called by the path.
        path_span: where the path stands.
        sha256_span: where the checksum stands.
    """

    stage: str
    given: str
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
                yield OwnData(stage.name, place, folder / place, sha256, *spans)


def places_text(places: Mapping[str, Path], workflow: Path) -> str:
    """`data.json` of a workflow: by checksum, the path from its folder."""
    here = workflow.resolve()
    written = {
        sha256: Path(os.path.relpath(path.resolve(), here)).as_posix() for sha256, path in places.items()
    }
    return json.dumps(written, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
