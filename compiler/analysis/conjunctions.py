"""Claims of several tests: what is written once for all of them goes to each, and is checked there."""

from collections.abc import Iterator
from dataclasses import replace

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Catalog
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.study import ALL, Claim, Study
from heldout.compiler.syntax.tree import Scalar


def with_shared_parameters(study: Study, catalog: Catalog) -> Study:
    """Before: tests of one claim share parameters. After: each has those that its kind takes, but its own."""

    def whole(claim: Claim, part: Claim) -> Claim:
        component = catalog.claims.get(part.kind)
        own = {str(key.value) for key, _ in part.parameters}
        shared = [
            (key, node)
            for key, node in claim.parameters
            if str(key.value) not in own and component is not None and str(key.value) in component.parameters
        ]
        return replace(part, parameters=(*part.parameters, *shared))

    return replace(
        study,
        claims=tuple(replace(c, parts=tuple(whole(c, part) for part in c.parts)) for c in study.claims),
    )


def check_conjunctions(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """What tests of one claim share some of them take, and all have one alpha. Changes nothing."""
    for claim in scope.study.claims:
        components = [scope.catalog.claims.get(part.kind) for part in claim.parts]
        if not claim.parts or None in components:
            continue
        known = sorted({name for one in components if one is not None for name in one.parameters})
        for key, _ in claim.parameters:
            if key.value not in known:
                message = f"no test of the claim `{claim.name}` has a parameter `{key.value}`"
                hint = nearest(key.value, known)
                if key.value in scope.catalog.claims:
                    hint = f"write it under `{ALL}:`, with a dash: `- {key.value}: {{…}}`"
                yield Diagnostic("unknown-argument", message, key.span, hint)
        alphas = [
            (key, node.value)
            for part in claim.parts
            for key, node in part.parameters
            if key.value == "alpha" and isinstance(node, Scalar)
        ]
        takers = sum(one is not None and "alpha" in one.parameters for one in components)
        if len({value for _, value in alphas}) > 1 or 0 < len(alphas) < takers:
            message = f"the tests of the claim `{claim.name}` differ in `alpha`, and it is decided at one"
            yield Diagnostic("wrong-value", message, alphas[-1][0].span, f"write it beside `{ALL}`, once")
