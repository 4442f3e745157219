"""The held-out firewall: no test label reaches a stage that trains or selects."""

import typing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from heldout.compiler.analysis.grid import stage_order
from heldout.compiler.analysis.narrowing import Narrowed
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.catalog import Use
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import At, Expression, ListOf, Literal, Previous, Reference
from heldout.compiler.syntax.study import Condition, Restriction, Stage, level_text

# The levels at which something holds: on every axis that is named, at any of the levels named for it.
When = frozenset[tuple[str, str]]
EVERYWHERE: When = frozenset()
MOST_PLACES = 100  # of one piece of knowledge, before it is taken to hold everywhere


# The last four are those of `training_rows`.
KnowledgeKind = typing.Literal["test", "rows", "learnt", "oracle", "own", "above", "fit", "fit-above"]


@dataclass(frozen=True)
class Knowledge:
    """Something that an artifact knows, and at which levels.

    Attributes:
        kind: `test` for the labels of held-out rows, `rows` for whole data that a split later
            holds rows out of, `learnt` for what was learnt from such data and holds no rows of
            them (a model, predictions), `oracle` for what a declared oracle has touched.
        origin: the stage and port that it comes from.
    """

    kind: KnowledgeKind
    origin: tuple[str, str]
    when: When = frozenset()


Knows = dict[tuple[str, str], frozenset[Knowledge]]  # by stage and port


@dataclass(frozen=True)
class Firewall:
    """What every output of a study knows."""

    knows: Knows
    oracles: dict[str, tuple[When, ...]]  # by stage, where its results rest on an oracle


def follow(scope: Scope, reaches: Reaches) -> Firewall:
    """Follow test labels and whole data through the graph, to the least fixed point."""
    knows = fixed_point(scope, reaches, lambda stage, knows: _outputs(scope, reaches, stage, knows))
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


def _outputs(scope: Scope, reaches: Reaches, stage: Stage, knows: Knows) -> dict[str, frozenset[Knowledge]]:
    operator = scope.operator(stage)
    if operator is None:
        return {}
    inherited: set[Knowledge] = set()
    for argument, port in scope.port_arguments(stage):
        if port.use != "adapts" or not _hidden(scope, argument.value):
            inherited |= arriving(scope, argument.value, knows)
    inherited = {within(reaches, stage.name, k) for k in where_it_runs(scope, stage, inherited)}
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
            known.add(Knowledge("test", (stage.name, name)))
        outputs[name] = frozenset(known)
    return outputs


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
    keep: Callable[[Knowledge, Previous | At], bool] = lambda knowledge, step: True,
) -> set[Knowledge]:
    """What an expression at a port may know, with the levels at which it does.

    `keep` says what is left of what comes from another step or from levels that are named; all, by default.
    """
    found: set[Knowledge] = set()
    match expression:
        case Reference(name, field) if name in scope.axes and name not in inside:
            for level in scope.axes[name].levels:
                value = scope.axes[name].value(level, field)
                if value is not None and not isinstance(value, Literal):
                    here = both(when, frozenset({(name, level.text)}))
                    if here is not None:
                        found |= arriving(scope, value, knows, here, inside | {name}, keep)
        case Reference():
            output = scope.output(expression)
            for k in knows.get(_key(output), frozenset()) if output is not None else ():
                if (here := both(when, k.when)) is not None:
                    found.add(Knowledge(k.kind, k.origin, here))
        case Previous(previous, initially):
            found |= {k for k in arriving(scope, previous, knows, when, inside, keep) if keep(k, expression)}
            found |= arriving(scope, initially, knows, when, inside, keep)
        case At(source, levels):
            for k in arriving(scope, source, knows, keep=keep):
                if not keep(k, expression):
                    continue
                here = _pinned(k.when, levels)
                if here is not None and (here := both(here, when)) is not None:
                    found.add(Knowledge(k.kind, k.origin, here))
        case ListOf(items):
            for item in items:
                found |= arriving(scope, item, knows, when, inside, keep)
    return found


def both(one: When, other: When) -> When | None:
    """Where two conditions hold at once; None where they never do."""
    if not one or not other:
        return one | other
    shared = {axis for axis, _ in one} & {axis for axis, _ in other}
    met = frozenset(p for p in one | other if p[0] not in shared or (p in one and p in other))
    return met if shared <= {axis for axis, _ in met} else None


def _pinned(when: When, levels: tuple[tuple[str, Literal | Reference], ...]) -> When | None:
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
        for met in _gathered(narrowed, k.when):
            for levels in runs:
                met = both(met, levels) if met is not None else None
            if met is not None:
                yield Knowledge(k.kind, k.origin, met)


def _gathered(narrowed: Mapping[str, Narrowed], when: When) -> list[When | None]:
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
    """No stage trains on or selects by what it must not know, unless it says so. Changes nothing."""
    firewall = follow(scope, reaches)
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
            for k in sorted(
                where_it_runs(scope, stage, arriving(scope, argument.value, firewall.knows)),
                key=lambda k: (k.kind, k.origin, sorted(k.when)),
            ):
                if k.kind == "test" or (k.kind in ("rows", "learnt") and k.origin in split):
                    leaked = True
                    if not is_declared(stage.oracle, k.when):
                        yield _leak(stage, argument.name, argument.value, port.use, k, split)
                        break
        if stage.oracle and not leaked:
            hint = "remove `oracle`: it would mark results that need no mark"
            message = f"`{stage.name}` says that it is an oracle, and no test label reaches it"
            yield Diagnostic("needless-oracle", message, stage.oracle_span or stage.span, hint)


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
    return Diagnostic("held-out-leak", message, value.span, hint)
