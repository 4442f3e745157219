"""Narrowed gathers: which levels of an axis a stage gathers, at levels of the axes that say so."""

import itertools
from collections.abc import Iterator, Mapping, Sequence, Set

from heldout.compiler.analysis.levels import has_level, unknown_level
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic, Span, nearest
from heldout.compiler.syntax.expression import Expression, Literal, Reference
from heldout.compiler.syntax.study import Axis, Narrowing, Over, Stage, level_text
from heldout.compiler.syntax.tree import Scalar, Value

NOT_ONE = -1  # the number of a level that an axis does not have
MOST_TOLD = 100  # levels of an axis by which the firewall tells where something is gathered


class Narrowed:
    """What is gathered of an axis. Levels are meant by their numbers.

    Attributes:
        others: the axes whose levels say what is gathered.
    """

    def __init__(self, axes: Mapping[str, Axis], over: Over) -> None:
        """Of axes that passed `check_narrowing`."""
        assert over.narrowing is not None
        self._word = over.narrowing.word
        # A label that an axis repeats is one level, its first.
        texts = enumerate(axes[over.axis].texts())
        self._numbers = {text: number for number, text in reversed(list(texts))}
        self._others = [axes[reference.name] for reference in over.narrowing.references]
        self.others = tuple(axis.name for axis in self._others)
        if self._word in ("levels", "not"):
            written = [level.value for level in over.narrowing.levels if isinstance(level, Scalar)]
            self._named = frozenset(map(self._number, written))
            self._meant = [list(map(self._number, axis.labels())) for axis in self._others]
        else:
            self._ends = list(map(self._end, _bounds(axes, over.narrowing)))

    def lets(self, level: int, at: Sequence[int]) -> bool:
        """Whether a level is gathered, where the others are at these."""
        if self._word in ("levels", "not"):
            met = level in self._named or level in [
                meant[n] for meant, n in zip(self._meant, at, strict=True)
            ]
            return met is (self._word == "levels")
        return level < self._ends[at[0] if at else 0]

    def meant(self, at: Sequence[int]) -> int:
        """How many levels are gathered where the others are at these, if all are there."""
        return sum(self.lets(level, at) for level in set(self._numbers.values()))

    def nothing(self, left: Sequence[Sequence[int]]) -> tuple[int, ...] | None:
        """Levels of the others at which nothing is gathered; None where something is at all of them.

        Args:
            left: of each of the others, the levels that are looked at.
        """
        every = set(self._numbers.values())
        if self._word == "levels":
            lost = set() if self._named - {NOT_ONE} else {NOT_ONE}
        elif self._word == "not":
            lost = every - self._named
        else:
            if not left:
                return None if self._ends[0] else ()
            return next(((number,) for number in left[0] if not self._ends[number]), None)
        # Each of the others takes one of the last levels away, or names none: few can take few.
        if len(lost) > len(left) or (self._word == "levels" and not lost):
            return None
        telling = [
            {meant[number]: number for number in reversed(levels)}
            for meant, levels in zip(self._meant, left, strict=True)
        ]
        for chosen in itertools.product(*(lost & known.keys() or {next(iter(known))} for known in telling)):
            if lost <= set(chosen) and (self._word == "not" or set(chosen) <= lost):
                return tuple(known[one] for known, one in zip(telling, chosen, strict=True))
        return None

    def where_any(self, labels: Set[str]) -> list[Set[tuple[str, str]]] | None:
        """Where some of these levels are gathered.

        Returns:
            conditions, (axis, what its level is called), one of which holds there; None: everywhere.
        """
        known = {self._numbers[label] for label in labels if label in self._numbers}
        if not self._others:
            return None if any(self.lets(level, ()) for level in known) else []
        if self._word == "levels" and known & self._named:
            return None
        if self._word == "not" and known <= self._named:
            return []
        places: list[Set[tuple[str, str]]] = []
        for position, axis in enumerate(self._others):
            if len(axis.levels) > MOST_TOLD:
                return None
            texts = {axis.levels[n].text for n in range(len(axis.levels)) if self._may(known, position, n)}
            if len(texts) < len(set(axis.texts())):
                places.append({(axis.name, text) for text in texts})
            elif self._word == "levels":
                return None
        if self._word == "levels":
            return [place for place in places if place]
        if not places:
            return None
        return [set().union(*places)] if all(places) else []

    def _may(self, known: Set[int], position: int, number: int) -> bool:
        """Whether some of these may be gathered where one of the others is at this level."""
        if self._word == "levels":
            return self._meant[position][number] in known
        if self._word == "not":
            return bool(known - self._named - {self._meant[position][number]})
        return min(known) < self._ends[number]

    def _number(self, label: Value) -> int:
        return self._numbers.get(level_text(label), NOT_ONE)

    def _end(self, bound: Value) -> int:
        """The number of the first level that is not gathered."""
        if self._word != "first":
            return self._number(bound) + (self._word == "until") if self._number(bound) != NOT_ONE else 0
        ends = [0, *(number + 1 for number in sorted(self._numbers.values()))]
        return ends[bound] if isinstance(bound, int) and 0 <= bound < len(ends) else 0


def _bounds(axes: Mapping[str, Axis], narrowing: Narrowing) -> list[Value]:
    """What is written, or what each level of the axis says that is named."""
    (bound,) = narrowing.levels
    if isinstance(bound, Scalar):
        return [bound.value]
    axis = axes[bound.name]
    if narrowing.word != "first":
        return list(axis.labels())
    return [_plain(axis.value(level, bound.field)) for level in axis.levels]


def _plain(value: Expression | None) -> Value:
    return value.value if isinstance(value, Literal) else None


def check_narrowing(scope: Scope, stage: Stage, over: Over) -> Iterator[Diagnostic]:
    """What is gathered of an axis is said by levels that there are, or by a number of them."""
    narrowing, axis = over.narrowing, scope.axes[over.axis]
    if narrowing is None:
        return
    size = len(set(axis.texts()))
    for level in narrowing.levels:
        if isinstance(level, Reference):
            yield from _referred(scope, stage, axis, narrowing, level)
        elif narrowing.word == "first":
            yield from _count(axis, size, level.value, level.span)
        elif not has_level(axis, level.value):
            yield unknown_level(axis, level.value, level.span)


def _referred(
    scope: Scope, stage: Stage, axis: Axis, narrowing: Narrowing, reference: Reference
) -> Iterator[Diagnostic]:
    other = scope.axes.get(reference.name)
    if other is None or (reference.field is not None and narrowing.word != "first"):
        message = f"no axis is called `{str(reference)[2:-1]}`"
        yield Diagnostic("unknown-axis", message, reference.span, nearest(reference.name, scope.axes))
        return
    steps = next(
        ({name for name, _ in group} for group in scope.study.zips if axis.name in dict(group)), set()
    )
    if other.name in stage.gathered or other.name in steps:
        why = "goes in step with it" if other.name not in stage.gathered else "is gathered itself"
        message = f"what is gathered of `{axis.name}` cannot be said by `{other.name}`, which {why}"
        hint = f"name another axis, such as a twin: `{axis.name}_too: {{levels_of: {axis.name}}}`"
        yield Diagnostic("over-itself", message, reference.span, hint)
        return
    left = [other.levels[number] for number in levels_left(scope, stage, other)]
    if narrowing.word == "first":
        size = len(set(axis.texts()))
        for level in left:
            value = other.value(level, reference.field)
            if value is None:
                message = f"the level `{level.text}` of `{other.name}` has no field `{reference.field}`"
                yield Diagnostic("unknown-field", message, reference.span, "write the field at every level")
                return
            yield from _count(
                axis, size, _plain(value), level.span, f", where `{other.name}` is {level.text}"
            )
        return
    known = set(axis.texts())
    strange = [level.text for level in left if level.text not in known]
    if narrowing.word in ("until", "before") and strange:
        message = f"`{axis.name}` has no level `{strange[0]}`, which `{other.name}` has"
        yield Diagnostic("unknown-level", message, reference.span, nearest(strange[0], known))
    elif left and len(strange) == len(left):
        message = f"`{axis.name}` has none of the levels of `{other.name}`"
        hint = f"name an axis with its levels: `{{levels_of: {axis.name}}}`"
        yield Diagnostic("unknown-level", message, reference.span, hint)


def _count(axis: Axis, size: int, value: Value, span: Span, where: str = "") -> Iterator[Diagnostic]:
    hint = f"write an integer from 1 to {size}: `{axis.name}` has so many levels"
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"the `first` levels of `{axis.name}` are counted, and `{level_text(value)}` is no integer"
        yield Diagnostic("wrong-value", message + where, span, hint)
    elif not 1 <= value <= size:
        message = f"there are no first {value:,} levels of `{axis.name}`{where}"
        yield Diagnostic("out-of-range", message, span, hint)


def check_gathers_some(scope: Scope, stage: Stage, over: Over) -> Iterator[Diagnostic]:
    """Something is gathered at every level at which the stage runs."""
    if over.narrowing is None:
        return
    narrowed = Narrowed(scope.axes, over)
    left = [levels_left(scope, stage, scope.axes[name]) for name in narrowed.others]
    at = narrowed.nothing(left) if all(left) else None
    if at is None:
        return
    levels = [(name, scope.axes[name].levels[n].text) for name, n in zip(narrowed.others, at, strict=True)]
    where = f", where {' and '.join(f'`{name}` is {text}' for name, text in levels)}" if levels else ""
    message = f"`{stage.name}` gathers no level of `{over.axis}`{where}"
    hint = "gather at least one level"
    if levels:
        written = ", ".join(f"{name}: {text}" for name, text in levels)
        hint = (
            f"gather another part, or keep the stage to other levels: `when`, or `exclude: [{{{written}}}]`"
        )
    yield Diagnostic("empty-gather", message, over.narrowing.span, hint)


def levels_left(scope: Scope, stage: Stage, axis: Axis) -> list[int]:
    """The numbers of the levels of an axis at which a stage runs, by what is said of this axis alone."""
    kept = [
        {level_text(level.value) for level in r.levels if isinstance(level, Scalar)}
        for r in stage.when
        if r.axis == axis.name and not any(isinstance(level, Reference) for level in r.levels)
    ]
    left = scope.levels_left(axis.name)
    return [number for number in left if all(axis.levels[number].text in texts for texts in kept)]
