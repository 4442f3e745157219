"""Every number that a study may write has bounds: nonsense is found by `heldout check` and not by a job."""

import json
from pathlib import Path
from typing import Any

import pytest

CATALOG = json.loads((Path(__file__).parents[4] / "containers" / "catalog.json").read_text())
BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum"}
FREE = {  # by parameter, why any number will do
    "seed": "it names a stream of random numbers",
    "shuffle": "it is a seed",
    "language": "it is a seed",
    "domain": "it names a domain",
    "without": "they name domains",
    "angles": "every angle is one",
    "target_return": "it is in the unit of the environment's rewards",
    "mean": "it is in the unit of the inputs, from which it is taken",
    "above": "it is in the unit of the claim's metric",
    "below": "it is in the unit of the claim's metric",
    "between": "it is in the unit of the claim's axis",
    "level": "it is in the unit of the claim's metric",
    "chance": "it is in the unit of the claim's metric",
    "levels": "they are numbers of the study's own axes",
    "since": "they are numbers of the curve's own steps",
    "until": "they are numbers of the curve's own steps",
    "margin": "it is in the unit of the claim's metric, and less than 0 allows a loss",
}


def free_numbers(schema: Any) -> bool:
    """Whether a schema takes a number, alone or in a list, tuple or mapping, without a bound."""
    if schema.get("type") in ("integer", "number"):
        return not BOUNDS & schema.keys()
    items = schema.get("items", [])
    inside = [*(items if isinstance(items, list) else [items]), *schema.get("anyOf", ())]
    inside += [schema.get("additionalProperties"), *schema.get("properties", {}).values()]
    return any(free_numbers(one) for one in inside if isinstance(one, dict))


def parameters():
    for name, operator in CATALOG["operators"].items():
        yield from ((name, parameter, about) for parameter, about in operator["parameters"].items())
    for kind, components in CATALOG["components"].items():
        for name, component in components.items():
            for parameter, about in component["parameters"].items():
                yield f"{kind}/{name}", parameter, about


def test_every_number_has_bounds_or_a_reason_for_none():
    free = {(owner, name) for owner, name, about in parameters() if free_numbers(about["schema"])}
    assert {(owner, name) for owner, name in free if name not in FREE} == set()
    assert FREE.keys() <= {name for _, name in free}, "a reason that no parameter needs"


@pytest.mark.parametrize(
    ("owner", "name", "wrong"),
    [
        ("train/classifier", "steps", -200),
        ("train/classifier", "learning_rate", -1),
        ("train/classifier", "learning_rate", 0),
        ("train/classifier", "batch_size", 0),
        ("train/classifier", "record_every", 0),
        ("train/classifier", "weight_decay", -0.1),
        ("networks/mlp", "width", -64),
        ("networks/mlp", "dropout", 1),
        ("objectives/coral", "penalty", -1),
        ("objectives/rsc", "drop_features", 1.5),
        ("claims/compare", "alpha", 0),
        ("claims/compare", "alpha", 1),
    ],
)
def test_nonsense_is_outside_the_bounds(owner, name, wrong):
    from jsonschema import Draft7Validator

    ((_, _, about),) = [one for one in parameters() if one[:2] == (owner, name)]
    assert not Draft7Validator(about["schema"]).is_valid(wrong)


def test_defaults_and_priors_lie_within():
    from jsonschema import Draft7Validator

    for owner, name, about in parameters():
        schema = Draft7Validator(about["schema"])
        if not about["required"]:
            assert schema.is_valid(about["schema"]["default"]), (owner, name)
        for value in about.get("prior", {}).get("arguments", ()):
            assert schema.is_valid(value), (owner, name, value)
