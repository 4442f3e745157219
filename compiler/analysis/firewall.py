"""The held-out firewall: no test label reaches a stage that trains or selects."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from heldout.compiler.analysis.grid import stage_order
from heldout.compiler.analysis.knowledge import EVERYWHERE, Knowledge, KnowledgeKind, Knows, When, both
from heldout.compiler.analysis.narrowing import Narrowed
from heldout.compiler.analysis.passed_rows import PassedRows
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.catalog import Use
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import At, Expression, ListOf, Literal, Previous, Reference
from heldout.compiler.syntax.study import Condition, Restriction, Stage, level_text

MOST_PLACES = 100  # of one piece of knowledge, before it is taken to hold everywhere


@dataclass(frozen=True)
class Firewall:
    """What every output of a study knows."""

    knows: Knows
    oracles: dict[str, tuple[When, ...]]  # by stage, where its results rest on an oracle


def follow(scope: Scope, reaches: Reaches) -> Firewall:
    """Follow test labels and whole data through the graph, to the least fixed point."""
    passed = PassedRows(scope, reaches)
    knows = fixed_point(scope, reaches, lambda stage, knows: _outputs(scope, reaches, passed, stage, knows))
    oracles = {
        name: tuple(
            sorted(
                {k.when for p in _ports(scope, name) for k in knows[name, p] if k.kind == "oracle"},
                key=sorted,
            )
        )
        for name in scope.stages
    }
    return Firewall(knows, oracles)


def fixed_point(
    scope: Scope, reaches: Reaches, outputs: Callable[[Stage, Knows], dict[str, frozenset[Knowledge]]]
) -> Knows:
    """What every output knows, where `outputs` says it of a stage by what is known of those that it reads."""
    knows: Knows = {}
    readers: dict[str, set[str]] = {name: set() for name in scope.stages}
    for name, reach in reaches.stages.items():
        for edge in reach.edges:
            readers[edge.stage].add(name)
    waiting, queued = deque(stage_order(reaches)), set(scope.stages)
    while waiting:
        name = waiting.popleft()
        queued.discard(name)
        stage = scope.stages[name]
        changed = False
        for port, found in outputs(stage, knows).items():
            known = _simplified(found)
            changed |= knows.get((name, port), frozenset()) != known
            knows[name, port] = known
        fresh = readers[name] - queued if changed else set()
        waiting.extend(sorted(fresh))
        queued |= fresh
    return knows


def _ports(scope: Scope, name: str) -> list[str]:
    operator = scope.operator(scope.stages[name])
    return list(operator.outputs) if operator is not None else []


def _outputs(
    scope: Scope, reaches: Reaches, passed: PassedRows, stage: Stage, knows: Knows
) -> dict[str, frozenset[Knowledge]]:
    operator = scope.operator(stage)
    if operator is None:
        return {}
    inherited: set[Knowledge] = set()
    for argument, port in scope.port_arguments(stage):
        if port.use != "adapts" or not _hidden(scope, argument.value):
            inherited |= _met(scope, passed, stage, argument.value, knows)
    inherited = {within(reaches, stage.name, k) for k in inherited}
    if stage.oracle:
        inherited |= {Knowledge("oracle", (stage.name, ""), _levels(c)) for c in stage.oracle}
    outputs = {}
    for name, output in operator.outputs.items():
        known = set(inherited)
        kind = scope.catalog.kind(scope.kind(stage.name, name))
        if not kind.holds_rows:
            known = {replace(k, kind="learnt") if k.kind == "rows" else k for k in known}
        elif output.role is not None:
            known = {k for k in known if k.kind != "rows"}
        else:
            known.add(Knowledge("rows", (stage.name, name)))
        if output.role == "test" and (output.labels or not kind.hides_labels):
            known.add(Knowledge("now" if (stage.name, name) in passed.along else "test", (stage.name, name)))
        outputs[name] = frozenset(known)
    return outputs


def _met(scope: Scope, passed: PassedRows, stage: Stage, value: Expression, knows: Knows) -> set[Knowledge]:
    """What a stage meets at a port: where it runs and of what it gathers, as of its own step."""
    found = arriving(scope, value, knows, move=passed.moved)
    return {passed.elsewhere(k, stage.gathered) for k in where_it_runs(scope, stage, found)}


def _hidden(scope: Scope, expression: Expression) -> bool:
    """Whether the executor takes the labels of all that may arrive somewhere away."""
    kinds = [scope.kind(output.stage, output.port) for output in scope.sources(expression)]
    return all(scope.catalog.kind(kind).hides_labels for kind in kinds)


def arriving(
    scope: Scope,
    expression: Expression,
    knows: Knows,
    when: When = frozenset(),
    inside: frozenset[str] = frozenset(),
    move: Callable[[Knowledge, Previous | At], Knowledge | None] = lambda knowledge, step: knowledge,
) -> set[Knowledge]:
    """What an expression at a port may know, with the levels at which it does.

    `move` says what is left of what comes from another step or from levels that are named; all, by default.
    """
    found: set[Knowledge] = set()
    match expression:
        case Reference(name, field) if name in scope.axes and name not in inside:
            for level in scope.axes[name].levels:
                value = scope.axes[name].value(level, field)
                if value is not None and not isinstance(value, Literal):
                    here = both(when, frozenset({(name, level.text)}))
                    if here is not None:
                        found |= arriving(scope, value, knows, here, inside | {name}, move)
        case Reference():
            output = scope.output(expression)
            for k in knows.get(_key(output), frozenset()) if output is not None else ():
                if (here := both(when, k.when)) is not None:
                    found.add(Knowledge(k.kind, k.origin, here))
        case Previous(previous, initially):
            for k in arriving(scope, previous, knows, move=move):
                moved = move(k, expression)
                if moved is not None and (here := both(when, moved.when)) is not None:
                    found.add(replace(moved, when=here))
            found |= arriving(scope, initially, knows, when, inside, move)
        case At(source, levels):
            for k in arriving(scope, source, knows, move=move):
                moved = move(k, expression)
                here = pinned(moved.when, levels) if moved is not None else None
                if moved is not None and here is not None and (here := both(here, when)) is not None:
                    found.add(replace(moved, when=here))
        case ListOf(items):
            for item in items:
                found |= arriving(scope, item, knows, when, inside, move)
    return found


def pinned(when: When, levels: tuple[tuple[str, Literal | Reference], ...]) -> When | None:
    """A condition on what is read at named levels, as a condition on the reader; None: never met."""
    for axis, level in levels:
        known = {label for name, label in when if name == axis}
        if not known:
            continue
        if isinstance(level, Literal) and str(level.value) not in known:
            return None
        rest = frozenset(p for p in when if p[0] != axis)
        renamed = {(level.name, label) for label in known} if isinstance(level, Reference) else set()
        met = both(rest, frozenset(renamed))
        if met is None:
            return None
        when = met
    return when


def where_it_runs(scope: Scope, stage: Stage, knowledge: Iterable[Knowledge]) -> Iterator[Knowledge]:
    """Knowledge as a stage meets it: only at the levels where it runs, and where it gathers what has it."""
    runs = [
        frozenset((r.axis, level_text(getattr(level, "value", ""))) for level in r.levels)
        for r in stage.when
        if not any(isinstance(level, Reference) for level in r.levels)
    ]
    narrowed = {one.axis: Narrowed(scope.axes, one) for one in stage.over if one.narrowing is not None}
    for k in knowledge:
        for met in gathered(narrowed, k.when):
            for levels in runs:
                met = both(met, levels) if met is not None else None
            if met is not None:
                yield Knowledge(k.kind, k.origin, met)


def gathered(narrowed: Mapping[str, Narrowed], when: When) -> list[When | None]:
    """Where a stage gathers what holds at some levels: one of these conditions holds there."""
    found: list[When | None] = [when]
    for axis, one in narrowed.items():
        labels = {label for name, label in when if name == axis}
        places = one.where_any(labels) if labels else None
        if places is not None:
            found = [
                both(known, frozenset(place)) for known in found if known is not None for place in places
            ]
    return found


def _simplified(found: frozenset[Knowledge]) -> frozenset[Knowledge]:
    """The same knowledge without what a wider piece of it says too."""
    places: dict[tuple[KnowledgeKind, tuple[str, str]], set[When]] = {}
    for k in found:
        places.setdefault((k.kind, k.origin), set()).add(k.when)
    kept: set[Knowledge] = set()
    for (kind, origin), whens in places.items():
        if EVERYWHERE in whens or len(whens) > MOST_PLACES:
            whens = {EVERYWHERE}
        kept |= {Knowledge(kind, origin, when) for when in whens}
    return frozenset(kept)


def _key(output: OutputOf) -> tuple[str, str]:
    return output.stage, output.port


def within(reaches: Reaches, stage: str, knowledge: Knowledge) -> Knowledge:
    """Levels of axes that a stage does not have (gathered ones) restrict nothing that it makes."""
    own = reaches.axes[stage]
    return Knowledge(knowledge.kind, knowledge.origin, frozenset(p for p in knowledge.when if p[0] in own))


def _levels(condition: Condition) -> When:
    return frozenset(
        (r.axis, level_text(getattr(level, "value", ""))) for r in condition for level in r.levels
    )


def is_declared(conditions: Iterable[Condition], when: When) -> bool:
    """Whether one of the conditions holds wherever this does."""
    return any(all(_covers(r, when) for r in condition) for condition in conditions)


def _covers(restriction: Restriction, when: When) -> bool:
    """Whether what holds at these levels holds only at levels that a restriction names."""
    declared = {level_text(getattr(level, "value", "")) for level in restriction.levels}
    known = {label for axis, label in when if axis == restriction.axis}
    return bool(known) and known <= declared


def check_firewall(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """No stage trains on or selects by what it must not know, unless it says so. Changes nothing.

    Rows that arrive step by step (`PassedRows`) may be trained on once they have passed: one step later along
    their sequence axis, through `previous` alone. Then nothing that has learnt of them is scored on rows
    among which they may be: of that output on those of its own step alone, which is later than all that it
    has learnt, and on no other test rows that were taken from the same data. Their labels select nothing at
    any step, since what is chosen by them is shown for the steps that chose it too.
    """
    firewall, passed = follow(scope, reaches), PassedRows(scope, reaches)
    split = {
        k.origin: (name, port)
        for name in scope.stages
        for port in _ports(scope, name)
        if scope.declared(name, port).role == "test"
        for argument, _ in scope.port_arguments(scope.stages[name])
        for k in arriving(scope, argument.value, firewall.knows)
        if k.kind == "rows"
    }
    for stage in scope.stages.values():
        leaked = False
        for argument, port in scope.port_arguments(stage):
            if port.use not in ("trains", "selects"):
                continue
            labels = ("test", "now", "some-step") + (("passed",) if port.use == "selects" else ())
            for k in sorted(
                _met(scope, passed, stage, argument.value, firewall.knows),
                key=lambda k: (k.kind, k.origin, sorted(k.when)),
            ):
                if k.kind in labels or (k.kind in ("rows", "learnt") and k.origin in split):
                    leaked = True
                    if not is_declared(stage.oracle, k.when):
                        yield _leak(stage, argument.name, argument.value, port.use, k, split)
                        break
        yield from _scored_on_passed_rows(scope, passed, stage, firewall.knows)
        if stage.oracle and not leaked:
            hint = "remove `oracle`: it would mark results that need no mark"
            message = f"`{stage.name}` says that it is an oracle, and no test label reaches it"
            yield Diagnostic("needless-oracle", message, stage.oracle_span or stage.span, hint)


def _scored_on_passed_rows(
    scope: Scope, passed: PassedRows, stage: Stage, knows: Knows
) -> Iterator[Diagnostic]:
    """Nothing is scored on rows of an earlier step that it has learnt of by then. Changes nothing."""
    met = [
        (argument, port.use, _met(scope, passed, stage, argument.value, knows))
        for argument, port in scope.port_arguments(stage)
    ]
    for argument, use, scored in met:
        if not _may_score(scope, stage, argument.value, use):
            continue
        learnt = {k for other, _, known in met if other is not argument for k in known}
        for k, rows in sorted(passed.trained_on(learnt, scored), key=str):
            if both(k.when, rows.when) is not None:
                origin, other = ".".join(k.origin), ".".join(rows.origin)
                those = (
                    "of an earlier step" if k.origin == rows.origin else f"of `{other}`, from the same data"
                )
                message = f"`{stage.name}` scores what has learnt of rows of `{origin}` on rows {those}"
                hint = f"score it on the rows of this very step, `${{{origin}}}`"
                yield Diagnostic("held-out-leak", message, argument.value.span, hint)
                return


def _may_score(scope: Scope, stage: Stage, value: Expression, use: Use) -> bool:
    """Whether a stage may score on the rows that it is given somewhere.

    One that makes rows of what it reads, as a union does, passes on what it only carries.
    """
    operator = scope.operator(stage)
    made = [scope.kind(stage.name, port) for port in operator.outputs] if operator is not None else []
    passes_on = any(scope.catalog.kind(kind).holds_rows for kind in made)
    return (use == "evaluates" or (use == "carries" and not passes_on)) and _holds_rows(scope, value)


def _holds_rows(scope: Scope, value: Expression) -> bool:
    """Whether rows may arrive somewhere."""
    kinds = [scope.kind(output.stage, output.port) for output in scope.sources(value)]
    return any(scope.catalog.kind(kind).holds_rows for kind in kinds)


def _leak(
    stage: Stage,
    name: str,
    value: Expression,
    use: Use,
    k: Knowledge,
    split: dict[tuple[str, str], tuple[str, str]],
) -> Diagnostic:
    verb = "trains on" if use == "trains" else "selects by"
    levels = ", ".join(f"{axis} {level}" for axis, level in sorted(k.when))
    at = f" (at {levels})" if levels else ""
    if k.kind in ("rows", "learnt"):
        test = ".".join(split[k.origin])
        held = f"which holds the rows that `{test}` keeps for testing"
        message = f"`{stage.name}` {verb} `{'.'.join(k.origin)}`, {held}{at}"
        return Diagnostic(
            "held-out-leak", message, value.span, f"read the training part of the split in `{name}`"
        )
    message = f"`{stage.name}` {verb} the labels of held-out rows, from `{'.'.join(k.origin)}`{at}"
    hint = "read training or validation data instead, or declare it: `oracle: true`"
    if k.kind == "now" and use == "trains":
        hint = f"train one step later: `{{previous: ${{{'.'.join(k.origin)}}}, initially: …}}`"
    return Diagnostic("held-out-leak", message, value.span, hint)
