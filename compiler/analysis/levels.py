"""Levels as claims, tables and conditions name them: by what they are called."""

from typing import Any

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic, Span, nearest
from heldout.compiler.syntax.study import Axis, level_text


def has_level(axis: Axis, label: object) -> bool:
    """Whether an axis has a level of this name; `15` and `"15"` name the same."""
    return level_text(label) in axis.texts()


def level_texts(levels: Any) -> frozenset[str]:
    """What a level, or each of a list of levels, is called."""
    return frozenset(level_text(level) for level in (levels if isinstance(levels, list) else [levels]))


def own_levels(axis: Axis, written: Any) -> Any:
    """A level of an axis, or a list of them, as the axis itself writes it: 15 for `"15"`."""
    if isinstance(written, list):
        return [own_levels(axis, one) for one in written]
    text = level_text(written)
    return next((level.label for level in axis.levels if level.text == text), written)


def own_levels_of(scope: Scope, where: Any) -> Any:
    """The same for a restriction, axis -> one level or a list of levels; None stays what it is, as do
    levels of what is no axis of the study."""
    return where and {
        name: own_levels(scope.axes[name], written) if name in scope.axes else written
        for name, written in where.items()
    }


def unknown_level(axis: Axis, label: object, span: Span) -> Diagnostic:
    """What is said of a level that an axis does not have."""
    text = level_text(label)
    return Diagnostic(
        "unknown-level", f"`{axis.name}` has no level `{text}`", span, nearest(text, axis.texts())
    )
