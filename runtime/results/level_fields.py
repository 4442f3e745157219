"""Fields of levels, such as a task's coverage: where a claim or a figure places levels by them."""

from collections.abc import Mapping
from typing import Any

from heldout.runtime.results.levels import Axis, level_text

# What the compiler says of a field: the names `axis` and `field`, and by level's name its `values`.
LevelField = Mapping[str, Any]


def is_field(value: Any) -> bool:
    """Whether a value is what the compiler says of a field."""
    return isinstance(value, Mapping) and "field" in value


def field_name(field: LevelField) -> str:
    """As the study writes it: `task.coverage`."""
    return f"{field['axis']}.{field['field']}"


def field_values(field: LevelField, axis: Axis) -> tuple[Any, ...]:
    """What the field is at each level of its axis, or of a part of it, in the axis's order.

    Raises:
        ValueError: it is a field of another axis, or not known at a level.
    """
    if field["axis"] != axis.name:
        raise ValueError(f"{field_name(field)} is no field of the levels of {axis.name!r}")
    texts = [level_text(level) for level in axis.levels]
    if lacking := [text for text in texts if text not in field["values"]]:
        raise ValueError(f"{field_name(field)} is not known at the level {lacking[0]!r}")
    return tuple(field["values"][text] for text in texts)
