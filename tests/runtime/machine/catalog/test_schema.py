from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.artifacts import Table
from heldout.runtime.component import Choice
from heldout.runtime.machine.catalog.schema import parameter_entry
from heldout.runtime.machine.catalog.signature import operator_signature
from heldout.runtime.operator import loguniform

Share = Annotated[float, Field(ge=0.0, le=1.0)]


def bounded(
    *,
    fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2,
    rows: Annotated[int, Field(ge=1)] | None = None,
    rate: Annotated[float, Field(gt=0.0), loguniform(1e-4, 1e-2)] = 1e-3,
    commit: Annotated[str, Field(pattern="^[0-9a-f]{40}$")],
    flips: Annotated[list[Share], Field(min_length=1)],
) -> Table:
    raise NotImplementedError


def schemas():
    parameters = operator_signature(bounded).parameters
    return {p.name: parameter_entry(p, "", {}, "bounded")["schema"] for p in parameters}


def test_bounds_reach_the_schema():
    assert schemas() == {
        "fraction": {"type": "number", "minimum": 0.0, "exclusiveMaximum": 1.0, "default": 0.2},
        "rows": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None},
        "rate": {"type": "number", "exclusiveMinimum": 0.0, "default": 1e-3},
        "commit": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
        "flips": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "number", "minimum": 0.0, "maximum": 1.0},
        },
    }


def chosen(*, network: Annotated[str | dict[str, Any], Choice("graph_networks")] = "gcn") -> Table:
    raise NotImplementedError


def test_a_kind_of_component_may_be_written_as_its_folder():
    (parameter,) = operator_signature(chosen).parameters
    entry = parameter_entry(parameter, "", {"graph-networks": ["gcn", "gat"]}, "chosen")
    assert entry["choice"] == "graph-networks"
