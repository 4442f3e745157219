"""The schema of a whole study, and of its scales."""

import json
from typing import Any

from heldout.compiler import LANGUAGE
from heldout.compiler.catalog import Catalog
from heldout.compiler.image_names import image_names
from heldout.compiler.schema.displays import display_definitions, shipped_claims
from heldout.compiler.schema.forms import Schema, described, form_definitions, names, record, ref, slugs
from heldout.compiler.schema.grid import axes_section, grid_definitions, shared_section, stages_section
from heldout.compiler.schema.operators import operator_definitions, shipped_arguments
from heldout.compiler.syntax.base_form import KEYS
from heldout.compiler.syntax.metrics_reader import BETTER, UNITS
from heldout.compiler.syntax.overlay import MERGED


def schema_text(catalog: Catalog) -> str:
    """The schema as `schema/study.schema.json` holds it."""
    return json.dumps(study_schema(catalog), indent=1, ensure_ascii=False) + "\n"


def study_schema(catalog: Catalog) -> dict[str, Any]:
    """The schema of a spec: it accepts all that the compiler accepts, and shows editors what there is.

    What only the compiler can know is left to it: whether a name exists, what kind of artifact
    arrives at a port, what a reference stands for.
    """
    restricted = {
        "stages": ref("shipped-stages"),
        "claims": shipped_claims(catalog),
    }
    # Without files of its own a study has the operators and components of the catalog only.
    shipped: Schema = {
        "if": {"required": ["operators"]},
        "else": {
            "properties": restricted | {"scales": {"additionalProperties": {"properties": restricted}}},
        },
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A heldout study",
        "description": "A study: axes, stages, claims, what is shown, and scales; or a base of some.",
        "if": {"required": ["base"]},
        "then": ref("base"),
        "else": {"if": {"required": ["include"]}, "then": ref("study-over-bases"), "else": ref("study")},
        "definitions": {
            "study": record(_whole(change=False), ["heldout", "study", "stages"]) | shipped,
            # What it lays over its bases it need not write whole, as in a scale.
            "study-over-bases": record(_whole(change=True), ["heldout", "study"]) | shipped,
            "base": record(_base(), ["heldout", "base"]),
            **form_definitions(),
            **operator_definitions(catalog),
            **grid_definitions(catalog),
            **display_definitions(catalog),
            "shipped-stages": {
                "additionalProperties": {
                    "properties": {"use": ref("operators"), **shipped_arguments(catalog)},
                },
            },
            "scale": record(
                _with_nothing(_sections(change=True), "Left out at this scale."), type=["object", "null"]
            ),
        },
    }


def _base() -> dict[str, Schema]:
    """What a base holds: of a study, what many may share."""
    whole = _whole(change=True)
    name = described({"type": "string", **slugs()}, "The base's name: lower-case, with hyphens.")
    return {"base": name} | {key: whole[key] for key in KEYS if key != "base"}


def _whole(*, change: bool) -> dict[str, Schema]:
    """A study; `change`: one that is laid over bases."""
    sections = _sections(change=change)
    return {
        "$schema": {"description": "Where editors find this schema.", "type": "string"},
        "heldout": {"description": "The version of the language.", "const": LANGUAGE},
        "study": described({"type": "string", **slugs()}, "The study's name: lower-case, with hyphens."),
        "include": _include(),
        **(_with_nothing(sections, "Left out, though a base has it.") if change else sections),
        "scales": {
            "description": "Named overlays, such as `smoke` for a quick run: what they change of the study.",
            "type": ["object", "null"],
            "propertyNames": slugs(),
            "additionalProperties": ref("scale"),
        },
    }


def _include() -> Schema:
    path: Schema = {"type": "string", "pattern": r"^(?![/~])[^\\:]*\.ya?ml$"}
    return {
        "description": "Bases that the study is laid over, by their paths from this file's folder:"
        " `../bases/tiny-gpt.yaml`, or a list of them.",
        "anyOf": [path, {"type": "array", "items": path}, {"type": "null"}],
    }


def _sections(*, change: bool) -> dict[str, Schema]:
    """The sections that a study has and that a scale may change."""
    suffix = "-change" if change else ""
    return {
        "title": {"description": "The question, in a sentence.", "type": "string"},
        "paper": _paper(),
        "notes": {"description": "Anything that a reader should know.", "type": "string"},
        "image": described(
            names(image_names()),
            "The image that every job runs in, from containers/images.yaml. Default: `cpu`.",
        ),
        "operators": {
            "description": "Python files of your own beside the spec; `my_file.py` gives `my-file/FUNCTION`.",
            "type": "array",
            "items": {"type": "string", "pattern": r"^(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\\]*\.py$"},
        },
        "axes": axes_section(),
        "zip": {
            "description": "Groups of axes that go in step instead of being crossed.",
            "type": "array",
            "items": {"type": "array", "items": ref("axis-name"), "minItems": 2},
        },
        "exclude": {
            "description": "Combinations of levels that are left out: `[{method: coral, held_out: 0}]`.",
            "type": "array",
            "items": {"allOf": [ref("condition")], "minProperties": 1},
        },
        "shared": shared_section(),
        "stages": stages_section(f"stage{suffix}"),
        "claims": _named("What the study claims, each with a verdict in the report.", f"claim{suffix}"),
        "metrics": {
            "description": "What is said of metrics for all that shows them: `{score.nll: {better: lower}}`.",
            "type": ["object", "null"],
            "additionalProperties": record(
                {
                    "better": described({"enum": [*BETTER, None]}, "Which values are the better ones."),
                    "unit": described({"enum": [*UNITS, None]}, "Shares of one are shown in percent."),
                },
                minProperties=1,
            ),
        },
        "figures": _named("What the report draws, in the words of Vega-Lite.", f"figure{suffix}"),
        "tables": _named("Means and intervals by row and column.", f"table{suffix}"),
        "samples": _named("Rows of data that the report shows as they are.", f"samples{suffix}"),
    }


def _with_nothing(sections: dict[str, Schema], why: str) -> dict[str, Schema]:
    """The sections of what is laid over others, and leaves out what it names with nothing: `figure: null`."""
    nothing: Schema = {"description": why, "type": "null"}
    return {
        name: section | {"additionalProperties": {"anyOf": [section["additionalProperties"], nothing]}}
        if name in ("axes", *MERGED)
        else section
        for name, section in sections.items()
    }


def _paper() -> Schema:
    texts = {
        "title": "Of the paper.",
        "authors": "As the paper lists them.",
        "url": "Where it can be read.",
        "doi": "Its identifier.",
    }
    keys: dict[str, Schema] = {name: {"description": text, "type": "string"} for name, text in texts.items()}
    keys["year"] = {"description": "Of publication.", "type": ["integer", "string"]}
    return described(record(keys, type=["object", "null"]), "What the study replicates.")


def _named(description: str, entry: str) -> Schema:
    return {
        "description": description,
        "type": ["object", "null"],
        "propertyNames": slugs(),
        "additionalProperties": ref(entry),
    }
