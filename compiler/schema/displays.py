"""Claims, figures and tables: what is asked of the results."""

from collections.abc import Iterable

from heldout.compiler.analysis.displays import CHANNELS, MARKS, POSITIONS
from heldout.compiler.analysis.several_metrics import MOST_METRICS
from heldout.compiler.catalog import Catalog, Component, Parameter
from heldout.compiler.schema.forms import Schema, described, record, ref
from heldout.compiler.schema.operators import hover
from heldout.compiler.syntax.reader import UNTESTED

_METRIC = r"^[a-z][a-z0-9_]*\.[A-Za-z_]"
_SAID = {
    "x": "Along the horizontal axis",
    "y": "Along the vertical axis",
    "color": "One colour for each level",
    "column": "One panel for each level, side by side",
    "row": "One panel for each level, one above the other",
    "shape": "One shape for each level",
    "size": "By size",
    "detail": "One line for each level, all of one look",
    "strokeDash": "One dash pattern for each level",
}


def display_definitions(catalog: Catalog) -> dict[str, Schema]:
    """The definitions of a claim, a figure and a table, each whole and as a scale changes it."""
    kinds, called = sorted(catalog.claims.items()), catalog.component_names.get("claims", {})
    says = {"says": {"description": "What is claimed, in a sentence.", "type": "string"}}
    claim = {
        "type": "object",
        "properties": says
        | {UNTESTED: {"description": "Why no run of the study decides it.", "type": "string", "minLength": 1}}
        | {name: ref(f"claim.{kind}") for name, kind in sorted(called.items())},
        "additionalProperties": {"type": "object"},
        "maxProperties": 2,
    }
    figure, table = _figure(), _table()
    where = {"anyOf": [ref("scalar"), {"type": "array", "items": ref("scalar")}]}
    return {
        **{f"claim.{kind}": _claim(component) for kind, component in kinds},
        "where": {"type": "object", "additionalProperties": where},
        "metric": {"type": "string", "pattern": _METRIC},
        "claim": described(
            claim | {"required": ["says"], "minProperties": 2},
            "What is claimed in words, and one kind of test, or why there is none.",
        ),
        "claim-change": described(claim, "Keys of the claim that the scale changes."),
        "figure": record(figure, ["mark"]),
        "figure-change": record(figure),
        "table": record(table, ["rows", "columns", "value"]),
        "table-change": record(table),
    }


def _claim(component: Component) -> Schema:
    required = [name for name, p in component.parameters.items() if p.required]
    properties = {name: _parameter(p) for name, p in component.parameters.items()}
    return described(record(properties, required), component.summary)


def _parameter(parameter: Parameter) -> Schema:
    said = hover(str(parameter.schema_.get("description", "")), parameter)
    bare = {k: v for k, v in parameter.schema_.items() if k not in ("description", "default")}
    default = {} if parameter.required else {"default": parameter.default}
    to = parameter.refers.to if parameter.refers is not None else None
    if to == "where":
        bare = ref("where")
    elif to == "metric" and not bare:
        bare = ref("metric")
    elif to == "field" and not bare:
        bare = {"type": ["string", "null"], "pattern": _METRIC}
    elif to == "level" and not bare:
        bare = ref("scalar")
    elif to == "level" and bare.get("items") == {}:
        bare = bare | {"items": ref("scalar")}
    return described(bare, said) | default


def _figure() -> dict[str, Schema]:
    place = {"type": ["string", "null"], "pattern": r"^[a-z][a-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_.-]*)?$"}
    shown = {"anyOf": [place, _metrics()]}
    said = "an axis, `AXIS.FIELD`, `STAGE.METRIC`, several of these, `metric`, `step` or `group`"
    channels = {c: described(shown, f"{_SAID[c]}: {said}.") for c in CHANNELS}
    return {
        "mark": {"description": "What is drawn, in Vega-Lite's words.", "enum": list(MARKS)},
        **channels,
        "log": {
            "description": "Which of the two shows an axis or `step` on a logarithmic scale.",
            "enum": list(POSITIONS),
        },
        **_shared(),
    }


def _table() -> dict[str, Schema]:
    axes = {"anyOf": [ref("axis-name"), {"type": "array", "items": ref("axis-name")}, {"type": "null"}]}
    return {
        "rows": described(
            axes, "The axis, or axes, whose levels are the rows: of the study, `step` or `group`."
        ),
        "columns": described(
            axes,
            "The axis whose levels are the columns, `step` or `group`; `metric` for several; null for one.",
        ),
        "value": described(
            {"anyOf": [ref("metric"), _metrics()]},
            "The metric, `STAGE.METRIC`, or several, averaged over all other axes.",
        ),
        "by": described(axes, "The axis whose levels are blocks of rows."),
        "unit": {"description": "`percent` shows 0.5 as 50.0.", "enum": ["percent", None]},
        "better": {"description": "Which values are the best of a column.", "enum": ["higher", "lower"]},
        **_shared(),
    }


def _metrics() -> Schema:
    return {
        "type": "array",
        "items": ref("metric"),
        "minItems": 2,
        "maxItems": MOST_METRICS,
        "uniqueItems": True,
    }


def _shared() -> dict[str, Schema]:
    return {
        "where": described(
            ref("where"), "The part of the grid that is shown: axis, `step` or `group` -> level or levels."
        ),
        "cluster": described(
            ref("axis-name"),
            "The axis, of those averaged over, whose levels are independent: intervals are over its levels. "
            "Without it the cluster of the claims on the same metric, else repeated runs.",
        ),
        "title": {"description": "Above it.", "type": "string"},
        "caption": {"description": "Below it.", "type": "string"},
    }


def shipped_claims(kinds: Iterable[str]) -> Schema:
    """Claims kept to the kinds of the catalog, by any name that they ever had."""
    return {"additionalProperties": {"propertyNames": {"enum": ["says", UNTESTED, *sorted(kinds)]}}}
