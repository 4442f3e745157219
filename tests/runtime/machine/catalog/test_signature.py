"""What the catalog cannot express names its function and parameter."""

from typing import Annotated, Any, TypeVar

import pytest

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.component import Choice
from heldout.runtime.machine.catalog.schema import parameter_entry
from heldout.runtime.machine.catalog.signature import Parameter, component_parameters, operator_signature
from heldout.runtime.operator import Use

Free = TypeVar("Free")


def positional(data: Dataset, steps: int) -> Table: ...


def untyped(data: Dataset, *, steps=3) -> Table: ...


def open_ended(data: Dataset, **options: int) -> Table: ...


def two_kinds(data: Dataset | Table) -> Table: ...


def unbound(data: Free) -> Table: ...


def no_output(data: Dataset) -> None: ...


def number(data: Dataset) -> float: ...


def unknown_name(data: "Nowhere") -> Table: ...  # noqa: F821 - the fault under test


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (positional, "positional, parameter steps: what is no port must be keyword-only"),
        (untyped, "untyped, parameter steps: it has no type hint"),
        (open_ended, r"open_ended, parameter \*\*options: int: spell the parameters out"),
        (two_kinds, "two_kinds, parameter data: a port has one kind"),
        (unbound, "unbound, parameter data: ~Free needs a kind of artifact as its bound"),
        (no_output, "no_output: it has no return type"),
        (number, "number, output : it must be a kind of artifact"),
        (unknown_name, "unknown_name: a type hint cannot be read: name 'Nowhere'"),
    ],
)
def test_what_cannot_be_an_operator(function, message):
    with pytest.raises(ValueError, match=message):
        operator_signature(function)


def test_components_need_hints_only_on_their_own_parameters():
    def component(batch, *, width: int = 2) -> None: ...

    def untyped_width(batch, *, width=2) -> None: ...

    assert [(p.name, p.default) for p in component_parameters(component)] == [("width", 2)]
    with pytest.raises(ValueError, match="untyped_width, parameter width: it has no type hint"):
        component_parameters(untyped_width)


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        (Parameter("p", range, (), None), "f, parameter p: its type .*range.* has no JSON schema"),
        (Parameter("p", complex, (), 1j), "f, parameter p: 1j cannot be written as JSON"),
        (Parameter("p", float, (), float("inf")), "f, parameter p: inf cannot be written as JSON"),
        (Parameter("p", int, (Choice("networks"),), "mlp"), "f, parameter p: a Choice is typed"),
        (Parameter("p", str, (Choice("nothing"),), "mlp"), "f, parameter p: there are no components of kind"),
    ],
)
def test_what_cannot_be_a_parameter(parameter, message):
    with pytest.raises(ValueError, match=message):
        parameter_entry(parameter, "", {"networks": ["mlp"]}, "f, parameter p")


def test_any_json_is_a_schema_without_a_type():
    entry = parameter_entry(Parameter("p", dict[str, Any], (), None), "", {}, "f, parameter p")
    assert entry["schema"] == {"type": "object", "additionalProperties": True, "default": None}


def asks(model: Annotated[Model, Use.QUERIES]) -> Table: ...


def asks_data(data: Annotated[Dataset, Use.QUERIES]) -> Table: ...


def test_models_alone_are_queried():
    (port,) = operator_signature(asks).ports
    assert port.use is Use.QUERIES
    with pytest.raises(ValueError, match="parameter data: models are queried, and this takes a Dataset"):
        operator_signature(asks_data)
