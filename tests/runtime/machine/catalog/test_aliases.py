import pytest

from heldout.runtime.component import component
from heldout.runtime.machine.catalog.aliases import alias_table
from heldout.runtime.operator import operator


def declared(declare):
    return declare(lambda: None)


NEW = declared(operator(formerly="data/old"))


def test_operators_and_components_with_one_former_name_or_several():
    functions = {
        "data/plain": declared(operator),
        "data/new": NEW,
        "train/new": declared(operator(formerly=("train/older", "fit/oldest"))),
        "objectives/new": declared(component(formerly="old")),
        "claims/new": declared(component(kind="claims", formerly=("old", "older"))),
        "claims/plain": declared(component),
    }
    assert alias_table(functions) == {
        "data/old": "data/new",
        "train/older": "train/new",
        "fit/oldest": "train/new",
        "objectives/old": "objectives/new",
        "claims/old": "claims/new",
        "claims/older": "claims/new",
    }


@pytest.mark.parametrize(
    ("functions", "problem"),
    [
        (
            {"data/old": declared(operator), "data/new": NEW},
            "'data/old', which is the name of another one now",
        ),
        ({"data/new": NEW, "data/newer": NEW}, "data/new and data/newer were both formerly 'data/old'"),
        ({"data/new": declared(operator(formerly="data/new"))}, "which is the name of another one now"),
        ({"data/new": declared(operator(formerly="old"))}, "formerly 'old': write a name as a study would"),
        ({"data/new": declared(operator(formerly="data/Old one"))}, "write a name as a study would"),
        (
            {"losses/new": declared(component(formerly="old")), "losses/old": declared(component)},
            "losses/new was formerly 'losses/old', which is the name of another one now",
        ),
    ],
)
def test_a_former_name_that_cannot_be_one_is_refused(functions, problem):
    with pytest.raises(ValueError, match=problem):
        alias_table(functions)
