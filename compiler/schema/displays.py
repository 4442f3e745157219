"""Claims, figures and tables: what is asked of the results."""

from collections.abc import Iterable

from heldout.compiler.analysis.cells import is_among_all, may_be_cells
from heldout.compiler.analysis.displays import CHANNELS, MARKS, STATISTICS
from heldout.compiler.analysis.figure_lines import FITS, KINDS, MOST_LINES, POSITIONS
from heldout.compiler.analysis.samples import DEFAULT_COUNT, MOST_ROWS
from heldout.compiler.analysis.several_metrics import MOST_METRICS
from heldout.compiler.catalog import Catalog, Component, Parameter
from heldout.compiler.schema.forms import Schema, described, record, ref, shared_sets
from heldout.compiler.schema.operators import hover
from heldout.compiler.syntax.claim_reader import UNTESTED
from heldout.compiler.syntax.study import ALL, SPENDING

_METRIC = r"^[a-z][a-z0-9_]*\.[A-Za-z_]"
_ROW_METRIC = r"^[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_]"
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
_ONCE: Schema = {"minItems": 1, "uniqueItems": True}


def display_definitions(catalog: Catalog) -> dict[str, Schema]:
    """The definitions of a claim, a figure, a table and samples, each whole and as a scale changes it."""
    kinds, called = sorted(catalog.claims.items()), catalog.component_names.get("claims", {})
    named = sorted(called.items())
    shared = _shared_by_tests(component for _, component in kinds)
    test = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"type": "object"},
    }
    joined = {
        "type": "array",
        "minItems": 2,
        "items": test | {"properties": {name: ref(f"test.{kind}") for name, kind in named}},
    }
    claim = {
        "type": "object",
        "properties": {
            "says": {"description": "What is claimed, in a sentence.", "type": "string"},
            "looks": _looks(),
            UNTESTED: {
                "description": "Why no run of the study decides it.",
                "type": "string",
                "minLength": 1,
            },
            ALL: described(joined, "Tests that must all hold; what they share may be written beside them."),
            **{name: ref(f"claim.{kind}") for name, kind in named},
        },
        "if": {"required": [ALL]},
        "then": {"properties": shared | {"with": shared_sets("the tests have")}},
        "else": {
            "properties": {"looks": {}},  # which may be null, where a scale leaves them out
            "additionalProperties": {"type": ["object", "string"]},
            "if": {"required": ["looks"]},
            "then": {"maxProperties": 3},
            "else": {"maxProperties": 2},
        },
    }
    figure, table = _figure(), _table()
    any_cells = any(may_be_cells(one, p) for _, one in kinds for p in one.parameters.values())
    where = {"anyOf": [ref("scalar"), {"type": "array", "items": ref("scalar")}]}
    return {
        **{f"claim.{kind}": _claim(kind, component) for kind, component in kinds},
        **{f"test.{kind}": _test(component) for kind, component in kinds},
        "where": {"type": "object", "additionalProperties": where},
        **({"cell": _cell()} if any_cells else {}),
        "metric": {"type": "string", "pattern": _METRIC},
        "claim": described(
            claim | {"required": ["says"], "minProperties": 2},
            "What is claimed in words, and a kind of test, several that must all hold, or why there is none.",
        ),
        "claim-change": described(claim, "Keys of the claim that the scale changes."),
        "figure": _whole(figure, ["mark"]),
        "figure-change": record(figure),
        "table": _whole(table, ["rows", "columns", "value"]),
        "table-change": record(table),
        "samples": _whole(_samples(), ["rows"]),
        "samples-change": record(_samples()),
    }


def _whole(properties: dict[str, Schema], required: list[str]) -> Schema:
    """A display that has all that is required, or takes some of it over."""
    return record(properties) | {"if": {"required": ["with"]}, "else": {"required": required}}


def _looks() -> Schema:
    properties = {
        "axis": described(ref("axis-name"), "Whose levels are added."),
        "at": described(
            {"type": "array", "minItems": 2, "items": {"type": "integer", "minimum": 1}},
            "How many levels it has at each look, rising.",
        ),
        "spending": described({"enum": [*SPENDING]}, "How alpha is spent: little at first, or more evenly."),
    }
    looks = record(properties) | {"required": ["axis", "at"]}
    return described({"anyOf": [looks, {"type": "null"}]}, "The sizes of the study at which it is read.")


def _cell() -> Schema:
    return described(
        {"type": "object", "minProperties": 1, "additionalProperties": ref("scalar")},
        "A level of each of several axes, in the place of a level of one.",
    )


def _test(component: Component) -> Schema:
    """A kind of test with its parameters, of which several tests of one claim may share some."""
    properties = {
        name: _parameter(p, is_among_all(p) or may_be_cells(component, p))
        for name, p in component.parameters.items()
    }
    return described(record(properties | {"with": shared_sets("the test has")}), component.summary)


def _claim(kind: str, component: Component) -> Schema:
    """The same as a claim of its own, which has all that is required, or takes some of it over."""
    required = [name for name, p in component.parameters.items() if p.required]
    whole = {"if": {"required": ["with"]}, "else": {"required": required}}
    return described({"allOf": [ref(f"test.{kind}")], **whole}, component.summary)


def _shared_by_tests(components: Iterable[Component]) -> dict[str, Schema]:
    """The parameters that two kinds or more mean alike, which tests of one claim may share."""
    found: dict[str, list[Schema]] = {}
    for component in components:
        for name, parameter in component.parameters.items():
            found.setdefault(name, []).append(_parameter(parameter))
    return {name: forms[0] for name, forms in sorted(found.items()) if len(forms) > 1 and _alike(forms)}


def _alike(forms: list[Schema]) -> bool:
    told = ("description", "default")
    bare = [{key: value for key, value in form.items() if key not in told} for form in forms]
    return all(one == bare[0] for one in bare)


def _parameter(parameter: Parameter, cells: bool = False) -> Schema:
    said = hover(str(parameter.schema_.get("description", "")), parameter)
    bare = {k: v for k, v in parameter.schema_.items() if k not in ("description", "default")}
    default = {} if parameter.required else {"default": parameter.default}
    to = parameter.refers.to if parameter.refers is not None else None
    if to == "where":
        bare = ref("where")
    elif to == "metric" and not bare:
        bare = ref("metric")
    elif to == "row-metric" and not bare:
        bare = {"type": "string", "pattern": _ROW_METRIC}
    elif to == "field" and not bare:
        bare = {"type": ["string", "null"], "pattern": _METRIC}
    elif to == "level":
        level = {"anyOf": [ref("scalar"), ref("cell")]} if cells else ref("scalar")
        bare = bare | {"items": level} if bare.get("items") == {} else level
    return described(bare, said) | default


def _figure() -> dict[str, Schema]:
    place = {"type": ["string", "null"], "pattern": r"^[a-z][a-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_.-]*)?$"}
    shown = {"anyOf": [place, _metrics()]}
    said = "an axis, `AXIS.FIELD`, `STAGE.METRIC`, several of these, `metric`, `step` or `group`"
    channels = {c: described(shown, f"{_SAID[c]}: {said}.") for c in CHANNELS}
    return {
        "mark": {"description": "What is drawn, in Vega-Lite's words.", "enum": list(MARKS)},
        **channels,
        "log": described(
            {"anyOf": [{"enum": [*POSITIONS]}, {"type": "array", "items": {"enum": [*POSITIONS]}, **_ONCE}]},
            "Which of the two stand on a logarithmic scale.",
        ),
        "lines": _lines(),
        **_shared(),
    }


def _lines() -> Schema:
    at = {"anyOf": [{"type": "number"}, ref("metric")]}
    said = "a number, `AXIS.FIELD` or `STAGE.METRIC`"
    properties = {
        "x": described(at, f"Upright, at {said}."),
        "y": described(at, f"Level, at {said}."),
        "diagonal": {"description": "Where x and y are the same number.", "const": True},
        "fit": {
            "description": "A curve fitted to what is shown, as the claim `fit` has it.",
            "enum": list(FITS),
        },
        "metric": described(ref("metric"), "The curve of another metric over the same x."),
        "where": described(ref("where"), "The cells of the metric that the line is of."),
        "label": {"description": "What the figure calls it.", "type": "string"},
    }
    one = {"type": "object", "properties": properties, "additionalProperties": False}
    one["oneOf"] = [{"required": [kind]} for kind in KINDS]
    return described({"type": "array", "items": one, "maxItems": MOST_LINES}, "Lines laid over the figure.")


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


def _samples() -> dict[str, Schema]:
    column: Schema = {"type": "string", "minLength": 1}
    columns = {"anyOf": [column, {"type": "array", "items": column}]}
    axes = {"anyOf": [ref("axis-name"), {"type": "array", "items": ref("axis-name")}]}
    return {
        "with": shared_sets("they have"),
        "rows": {
            "description": "Whose rows: `STAGE.OUTPUT`, of the kind Dataset or Predictions.",
            "type": "string",
            "pattern": r"^[a-z][a-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?$",
        },
        "image": described(column, "The tensor that holds an image for each row, such as `x`."),
        "text": described(columns, "The column, or columns, that are shown as texts."),
        "caption": described(
            columns, "The column, or columns, that stand below: `label` by its class's name."
        ),
        "by": described(axes, "The axes for each combination of whose levels rows are shown."),
        "count": {
            "description": f"How many rows of each cell. Default: {DEFAULT_COUNT}.",
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_ROWS,
        },
        "example": described(
            column, "The column by whose values all cells show the same rows, such as `id`."
        ),
        "where": described(ref("where"), "The part of the grid that is shown: axis -> level or levels."),
        "title": {"description": "Above it.", "type": "string"},
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
        "with": shared_sets("it has"),
        "statistic": {
            "description": "What is shown of the values: their `mean`, unless another centre is said.",
            "enum": list(STATISTICS),
        },
        "title": {"description": "Above it.", "type": "string"},
        "caption": {"description": "Below it.", "type": "string"},
    }


def shipped_claims(catalog: Catalog) -> Schema:
    """Claims kept to the kinds of the catalog, by any name that they ever had, and to what tests share."""
    shared = {name for component in catalog.claims.values() for name in component.parameters}
    kinds = catalog.component_names.get("claims", {})
    return {
        "additionalProperties": {
            "propertyNames": {"enum": ["says", "looks", UNTESTED, ALL, "with", *sorted({*kinds, *shared})]}
        }
    }
