"""What an entry of the ledger rests on, as the spec and the code have it now."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from heldout.compiler.analysis.claims import ResolvedClaim, resolve_claims, tests_of
from heldout.compiler.analysis.displays import ResolvedDisplay, resolve_displays
from heldout.compiler.analysis.metric_facts import facts_of
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.ledger.entry import Basis
from heldout.compiler.lock import claim_digest
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.expand import StageExpansion


def basis_of(scope: Scope, expansions: Mapping[str, StageExpansion]) -> Basis:
    """What the results of a study rest on at its scale.

    Args:
        scope: of the study, which has no mistakes.
        expansions: its tasks, by stage.
    """
    tasks = {name: {one for one in each.ids if one is not None} for name, each in expansions.items()}
    claims = resolve_claims(scope)
    return Basis(
        tasks=_digest(set().union(*tasks.values())),
        stages={name: _digest(own) for name, own in tasks.items()},
        claims={claim.name: _claim(claim) for claim in claims},
        tables={
            table.name: _table(scope, table, tests_of(claims))
            for table in resolve_displays(scope, scope.study.tables)
        },
    )


def _digest(names: Iterable[str]) -> str:
    """The hash of some names, in their order, a line each."""
    return hashlib.sha256("".join(f"{name}\n" for name in sorted(names)).encode()).hexdigest()


def _claim(claim: ResolvedClaim) -> str:
    """Of what a claim says, how it is tested, and the code that does."""
    return _digest([claim_digest(claim), *(test.component.digest for test in claim.tests)])


def _table(scope: Scope, table: ResolvedDisplay, claims: Iterable[ResolvedClaim]) -> str:
    """Of what a table shows, what its levels and metrics are, and which levels claims take as independent."""
    value = table.keys["value"]
    metrics = [_named(one) for one in (value if isinstance(value, list) else [value])]
    clusters = sorted(
        {
            str(one.part("cluster"))
            for one in claims
            if one.part("cluster") and _named(one.part("metric")) in metrics
        }
    )
    axes = {axis.name: [axis.title, [level.text for level in axis.levels]] for axis in scope.study.axes}
    facts = [said for said in facts_of(scope) if _named(said) in metrics]
    return _digest([canonical([dict(table.keys), axes, clusters, *([facts] if facts else [])])])


def _named(metric: Any) -> Any:
    """What a metric is known by, whatever it is read along."""
    return tuple(metric[part] for part in ("stage", "port", "metric")) if isinstance(metric, dict) else None
