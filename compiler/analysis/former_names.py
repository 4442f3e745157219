"""What operators and components were called before: a study may still write it, and means the same."""

from collections.abc import Iterator
from dataclasses import replace

from heldout.compiler.analysis.evaluate import Evaluator, canonical
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.situations import situations
from heldout.compiler.catalog import Catalog
from heldout.compiler.diagnostics import Diagnostic, Span
from heldout.compiler.syntax.study import Claim, Study


def with_present_names(study: Study, catalog: Catalog) -> Study:
    """Before: operators and kinds of claims by any name that they ever had. After: by their present ones."""
    kinds = catalog.component_names.get("claims", {})

    def present(claim: Claim) -> Claim:
        parts = tuple(present(part) for part in claim.parts)
        return replace(claim, kind=kinds.get(claim.kind, claim.kind), parts=parts)

    return replace(
        study,
        stages=tuple(replace(stage, use=catalog.present(stage.use)) for stage in study.stages),
        claims=tuple(present(claim) for claim in study.claims),
    )


def former_names(study: Study, scope: Scope) -> Iterator[Diagnostic]:
    """A warning for every former name that a study writes, each once.

    Args:
        study: as it is written.
        scope: of the study by its present names, which passed every check.
    """
    stages = zip(study.stages, scope.study.stages, strict=True)
    claims = zip(study.tests, scope.study.tests, strict=True)
    written = [(stage.use, now.use, stage.use_span) for stage, now in stages]
    written += [(claim.kind, now.kind, claim.kind_span) for claim, now in claims]
    written += _components(scope)
    for former, present, place in dict.fromkeys(written):
        if former != present:
            message = f"`{former}` is called `{present}` now"
            yield Diagnostic("former-name", message, place, f"write `{present}`", "warning")


def _components(scope: Scope) -> Iterator[tuple[str, str, Span]]:
    """Every component that an argument names: as it is written, as it is called now, and where."""
    evaluator = Evaluator(scope)
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        for argument in stage.arguments if operator is not None else ():
            parameter = operator.parameters.get(argument.name) if operator is not None else None
            if parameter is None or parameter.choice is None:
                continue
            known = scope.catalog.component_names.get(parameter.choice, {})
            for at in situations(scope, argument.value):
                for one, _ in evaluator.choices(argument.value, at, parameter, ()):
                    name, _ = evaluator.written_choice(one, at, parameter.choice)
                    place = evaluator.choice_place(one, at, parameter.choice)
                    yield name.replace("_", "-"), canonical(name, known), place
