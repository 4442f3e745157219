"""Axes, stages and resources: where on the grid what runs."""

from collections.abc import Mapping

from heldout.compiler.catalog import Catalog
from heldout.compiler.schema.forms import Schema, described, identifiers, record, ref, shared_sets, slugs
from heldout.compiler.schema.operators import former_operators, operator_definition
from heldout.compiler.syntax.axis_reader import MAX_LEVELS
from heldout.compiler.syntax.compute_reader import MAX_METRICS
from heldout.compiler.syntax.stage_reader import LARGEST_STACK, RESERVED_KEYS
from heldout.compiler.syntax.yaml_reader import MAX_NODES


def grid_definitions(catalog: Catalog) -> dict[str, Schema]:
    """The definitions of an axis, a stage, what a scale changes of a stage, and resources."""
    chosen = [
        {
            "if": {"properties": {"use": {"const": name}}, "required": ["use"]},
            "then": ref(operator_definition(catalog.present(name))),
        }
        for name in sorted([*catalog.operators, *former_operators(catalog)])
    ]
    return {
        "axis": _axis(),
        "narrowed": _narrowed(),
        "resources": _resources(),
        "use": {
            "anyOf": [
                ref("operators"),
                {
                    "description": "An operator of your own: `FILE/FUNCTION`, from a file under `operators`.",
                    "type": "string",
                    "pattern": "^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$",
                },
            ]
        },
        "stage": {
            "type": "object",
            "properties": {
                "use": described(ref("use"), "The operator that the stage runs."),
                "like": described(
                    ref("axis-name"),
                    "Another stage, whose keys this one has too unless it writes them itself.",
                ),
                **_stage_keys(),
            },
            "additionalProperties": ref("expression"),
            "if": {"anyOf": [{"required": ["like"]}, {"required": ["with"]}]},
            "else": {"anyOf": [{"required": ["use"]}, {"required": ["compute"]}]},
            "not": {"required": ["use", "compute"]},
            "allOf": [*chosen, {"if": {"required": ["compute"]}, "then": _computes()}],
        },
        "stage-change": {
            "description": "Keys that the scale changes; with a `use` or a `compute`, the whole stage.",
            "type": "object",
            "properties": _stage_keys(),
            "additionalProperties": ref("expression"),
            "if": {"anyOf": [{"required": ["use"]}, {"required": ["compute"]}]},
            "then": ref("stage"),
        },
    }


def _computes() -> Schema:
    """A stage that computes: its other keys are names of inputs."""
    own = {"anyOf": [{"type": "number"}, ref("input")]}
    about = "An input that `compute` calls by this name: `{from: …, at: …}`, `${stage.metric}` or a number."
    keys = dict.fromkeys(RESERVED_KEYS, True)
    return {"properties": keys, "additionalProperties": described(own, about)}


def _stage_keys() -> dict[str, Schema]:
    formula = {"anyOf": [ref("reference"), ref("arithmetic")]}
    metrics = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MAX_METRICS,
        "propertyNames": {"pattern": identifiers()["pattern"]},
        "additionalProperties": formula,
    }
    return {
        "compute": described(
            {"anyOf": [formula, metrics]},
            "In the place of `use`: arithmetic over metrics of other stages, which gives the metric `value`,"
            " or a mapping of several metrics. The stage's other keys name inputs.",
        ),
        "with": shared_sets("the stage has"),
        "over": described(
            {"anyOf": [{"type": "array", "items": ref("axis-name")}, ref("narrowed")]},
            "Axes along which inputs are gathered into lists; the stage does not have them."
            " `{task: {not: ${rival}}}` gathers some of the levels.",
        ),
        "when": described(
            {"anyOf": [ref("condition"), {"type": "null"}]},
            "Keeps the stage to part of the grid: `{axis: level}` or `{axis: [level, level]}`.",
        ),
        "oracle": described(
            {"anyOf": [{"type": "boolean"}, {"allOf": [ref("condition")], "minProperties": 1}]},
            "The stage reads test labels on purpose (where the condition holds); its results are marked.",
        ),
        "training_rows": described(
            {"anyOf": [{"type": "boolean"}, {"allOf": [ref("condition")], "minProperties": 1}]},
            "The stage scores rows that its model was trained on (where the condition holds), and means to.",
        ),
        "search": described(
            ref("reference"),
            "The search axis, written `${trial}`, that gives what the stage leaves out.",
        ),
        "hide": described(
            {
                "type": ["array", "string", "null"],
                "items": {"type": "string"},
                "minItems": 1,
                "uniqueItems": True,
            },
            "Columns and tensors that the operator is not given, of all inputs that hold rows: `[domain]`.",
        ),
        "tolerance": {
            "description": "By how much its results may differ when they are reproduced: |x - y| is at most"
            " this times max(1, |x|, |y|). Default: 0, the same.",
            "type": ["number", "null"],
            "minimum": 0,
            "exclusiveMaximum": 1,
        },
        "resources": described(ref("resources"), "What one job of the stage asks for."),
    }


def _narrowed() -> Schema:
    level: Schema = ref("scalar")
    several: Schema = {"anyOf": [level, {"type": "array", "items": level, "minItems": 1}]}
    count: Schema = {"anyOf": [{"type": "integer", "minimum": 1}, ref("reference")]}
    said: dict[str, Schema] = {
        "not": described(several, "All levels but this one, or these; `${rival}` is the level of that axis."),
        "first": described(count, "So many levels, in the axis's order; `${k}` is the number at that level."),
        "until": described(level, "The levels up to this one, which is gathered too."),
        "before": described(level, "The levels before this one."),
    }
    some: Schema = record(said, minProperties=1, maxProperties=1)
    kept = {"anyOf": [{"enum": ["all", None]}, {"type": "array", "items": level, "minItems": 1}, some]}
    return {
        "type": "object",
        "additionalProperties": described(
            kept, "Which levels are gathered: `all`, these, or a part of them."
        ),
    }


def _axis() -> Schema:
    title = {"description": "What tables and figures call the axis.", "type": "string"}
    number = {"type": "integer", "minimum": 1, "maximum": MAX_LEVELS}
    level = {"type": ["string", "number", "boolean", "null"], "pattern": r"^(?![\s\S]*\$\{)"}
    count = {"count": described(number, "Levels 0, 1, 2, …, such as seeds.")}
    search = {
        "search": {
            "description": "What is drawn: a prior for each hyper-parameter, or `defaults` for the"
            " priors that operators declare.",
            "anyOf": [
                {"const": "defaults"},
                {"type": "object", "additionalProperties": ref("prior")},
                {"type": "null"},
            ],
        },
        "trials": described(number, "How many times."),
        "seed": {"description": "Of the draws.", "type": "integer", "minimum": 0, "maximum": 2**31},
        "first": {
            "description": "What operators declare priors for has its default values in the first trial.",
            "const": "defaults",
        },
    }
    listed = {"type": "array", "items": level, "minItems": 1}
    named = {
        "description": "Named levels, each with a value, which may refer to stages.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": ref("expression"),
    }
    steps = "Steps 0, 1, 2, …, or levels in an order, of which each may read the one before."
    levels_from = _levels_from()
    in_file = record(levels_from, ["levels_from"])
    no_file: Schema = named | {"not": {"required": ["levels_from"]}}
    sequence = {"sequence": described({"anyOf": [number, listed, in_file, no_file]}, steps)}
    levels = {"levels": described({"anyOf": [listed, named]}, "A list of levels, or named ones.")}
    levels_of = {
        "levels_of": described(ref("axis-name"), "The axis whose levels this one has too: its twin.")
    }
    forms = [
        described(record({**levels_of, "title": title}, ["levels_of"]), "The levels of another axis."),
        described(record({**levels_from, "title": title}, ["levels_from"]), "The levels of a file."),
        described(record({**count, "title": title}, ["count"]), "A count."),
        described(record({**sequence, "title": title}, ["sequence"]), "A sequence of steps."),
        described(record({**search, "title": title}, ["trials"]), "A seeded random search."),
        described(record({**levels, "title": title}, ["levels"]), "Levels and a title."),
    ]
    mistaken = [
        {"properties": {key: {"type": "integer"}}, "required": [key]} for key in ("count", "sequence")
    ]
    mistaken += [{"required": ["levels_of"]}, {"required": ["levels_from"]}]
    mistaken.append({"properties": {"trials": {"type": "integer"}}, "required": ["trials", "search"]})
    no_form = {"anyOf": [*map(_of_form, (count, sequence, search, levels)), *mistaken]}
    return {"anyOf": [listed, *forms, named | {"not": no_form}]}


def _levels_from() -> dict[str, Schema]:
    """The keys of an axis, or of its steps, whose levels lie in a file."""
    return {
        "levels_from": {
            "description": "A file of levels, by its path from this file's folder: `.txt` with one a line, or"
            " `.csv` with their names in the first column and fields in others. `heldout levels` writes one.",
            "type": "string",
            "pattern": r"^(?![/~])[^\\:]*\.(txt|csv)$",
        },
        "at_least": {
            "description": "Only levels whose field is as large: `{rows: 20}`.",
            "type": ["object", "null"],
            "additionalProperties": {"type": "number"},
        },
        "first": {
            "description": "Only the first so many of those.",
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_NODES,
        },
        "sha256": {"description": "The file's checksum, where the spec pins it.", "type": "string"},
    }


def _of_form(keys: Mapping[str, Schema]) -> Schema:
    """A mapping that the language reads as a form of an axis, and not as named levels."""
    return {
        "anyOf": [{"required": [key]} for key in keys],
        "propertyNames": {"enum": [*keys, "title"]},
    }


def _resources() -> Schema:
    def whole(description: str, lowest: int, highest: int, default: int) -> Schema:
        bounds = {"type": "integer", "minimum": lowest, "maximum": highest, "default": default}
        return described(bounds, f"{description} Default: {default}.")

    keys = {
        "gpu": whole(
            "GPUs of each machine; several are for operators that run one process on each.", 0, 1024, 0
        ),
        "gpu_mem_mb": {
            "description": "Memory on its one GPU, megabytes: jobs whose sum fits share it. Default: all.",
            "type": "integer",
            "minimum": 1,
            "maximum": 10**9,
        },
        "threads": whole("CPU threads of each process.", 1, 1024, 1),
        "mem_mb": whole("Memory, megabytes.", 1, 10**9, 2000),
        "disk_mb": whole("Disk, megabytes.", 1, 10**9, 1000),
        "runtime": whole("Time limit, minutes.", 1, 10**9, 60),
        "nodes": whole("Machines; several are for operators that run a process on each.", 1, 10_000, 1),
        "processes": whole(
            "Processes of each machine that compute a task together, where there are no GPUs: with these"
            " there is one a GPU.",
            1,
            1024,
            1,
        ),
        "seconds": {
            "description": "Of one task, where you know it: sizes the shards.",
            "type": "number",
            "minimum": 1e-6,
            "maximum": 1e9,
        },
        "stack": {
            "description": "Tasks that an operator may compute as one program, where that is measured to"
            " be faster: `auto`, or at most so many. Results then agree within rounding. Default: none.",
            "anyOf": [
                {"const": "auto"},
                {"type": "integer", "minimum": 1, "maximum": LARGEST_STACK},
                {"type": "null"},
            ],
        },
        "workers": whole(
            "Processes that read and prepare examples beside the threads that compute. They change speed, and"
            " no result.",
            0,
            1024,
            0,
        ),
        "micro_batch": {
            "description": "Examples that go through a network at once, where the minibatch is larger than"
            " the memory: gradients of its parts are added up. Default: the whole minibatch.",
            "type": "integer",
            "minimum": 1,
            "maximum": 10**9,
        },
        "sharded": {
            "description": "Whether the processes that compute a task together each hold a part of the model"
            " and of its optimizer, for models that do not fit one GPU. Default: false.",
            "type": "boolean",
            "default": False,
        },
    }
    return record(keys, type=["object", "null"])


def axes_section() -> Schema:
    return {
        "description": "What the study varies.",
        "type": ["object", "null"],
        "propertyNames": identifiers(),
        "additionalProperties": ref("axis"),
    }


def shared_section() -> Schema:
    return {
        "description": "Keys that stages, levels, tests, figures and tables take over by `with: NAME`.",
        "type": ["object", "null"],
        "propertyNames": slugs(),
        "additionalProperties": {
            "type": "object",
            "properties": _stage_keys() | {"with": False},
            "additionalProperties": ref("expression"),
        },
    }


def stages_section(stage: str) -> Schema:
    return {
        "description": "What is computed. A stage has exactly the axes that its references reach.",
        "type": ["object", "null"],
        "propertyNames": identifiers(),
        "additionalProperties": ref(stage),
    }
