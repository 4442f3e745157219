from collections.abc import Mapping
from typing import Any, Literal

import pytest

from heldout.runtime.component import Choice
from heldout.runtime.machine.catalog.signature import Parameter
from heldout.runtime.machine.execute.values import converted, parameter_value


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (1, float, 1.0),
        (2.0, int, 2),
        (2.5, int, 2.5),  # the schema has refused it before; nothing is rounded here
        (True, float, True),
        (1, int | float, 1),
        (1, float | None, 1.0),
        (None, float | None, None),
        (1, float | str, 1.0),
        ("a", float | str, "a"),
        (["a"], set[str], {"a"}),
        (["a"], frozenset[str] | None, frozenset({"a"})),
        ([1, 2], tuple[float, ...], (1.0, 2.0)),
        ([1, 2], tuple[int, float], (1, 2.0)),
        ([[1, 2]], list[tuple[int, int]], [(1, 2)]),
        ([1], list[float] | str, [1.0]),
        ({"a": 1}, dict[str, float], {"a": 1.0}),
        ({"a": 1}, Mapping[str, float] | None, {"a": 1.0}),
        ({"a": 1}, dict[str, Any], {"a": 1}),
        ("fast", Literal["fast", "slow"], "fast"),
    ],
)
def test_converted(value, hint, expected):
    result = converted(value, hint)
    assert result == expected and type(result) is type(expected)


def test_the_parameters_of_a_chosen_component_are_converted_too():
    parameter = Parameter("objective", str | dict[str, Any], (Choice("objectives"),), "erm")
    assert parameter_value("erm", parameter) == "erm"
    assert parameter_value({"erm": None}, parameter) == {"erm": {}}
    value = parameter_value({"irm": {"penalty": 1, "anneal_steps": 5.0}}, parameter)["irm"]
    assert (type(value["penalty"]), type(value["anneal_steps"])) == (float, int)
