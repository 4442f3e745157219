"""Check that what several processes are to compute can be computed so, with the components of its cells."""

from collections.abc import Iterator, Mapping

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.expand import StageExpansion


def check_components_spread(expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """No cell of a stage that asks for several processes has a component for one alone. Changes nothing."""
    for expansion in expansions.values():
        stage = expansion.stage
        if stage.resources.spread is None or expansion.is_empty:
            continue
        for name, component in expansion.components().items():
            if component.one_process:
                message = f"`{stage.name}` asks for several processes, and {name} is computed in one"
                hint = "give such cells a stage of their own (`when`) that asks for one GPU"
                yield Diagnostic("one-process", message, stage.spread_span or stage.span, hint)
