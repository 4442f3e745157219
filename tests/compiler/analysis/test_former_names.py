"""A spec that writes what operators and components were called before means what one of today means."""

import json
import re
from pathlib import Path

import pytest

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import compile_spec

KNOWN = json.loads((Path(__file__).parents[1] / "catalog.json").read_text())
ALIASES = {
    "fit/classifier": "train/classifier",
    "objectives/old-irm": "objectives/irm",
    "claims/beats": "claims/compare",
}
CATALOG = Catalog.model_validate(KNOWN | {"aliases": ALIASES})
SPEC = """heldout: 1
study: a
axes:
  method:
    erm: null
    MORE
  trial: {search: defaults, trials: 3}
  seed: {count: 6}
stages:
  source: {use: data/imported}
  model:
    use: train/classifier
    data: ${source.train}
    objective: OBJECTIVE
    seed: ${seed}
    search: ${trial}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
claims:
  better:
    says: It is better.
    compare: {metric: score.accuracy, axis: method, greater: LEVEL, less: erm, pair: [seed]}
"""


def compiled(objective="${method}", more="irm: null", level="irm", **renamed):
    """A compiled study, at some of its names the former ones."""
    text = SPEC.replace("OBJECTIVE", objective).replace("MORE", more).replace("LEVEL", level)
    for new, old in renamed.items():
        text = text.replace(*{"use": ("train/classifier", old), "claim": ("compare:", f"{old}:")}[new])
    found, problems = compile_spec(text.encode(), "a.yaml", None, CATALOG)
    assert found is not None, problems
    return found


def ids(found):
    return {name: expansion.ids for name, expansion in found.expansions.items()}


def hints(found):
    """The former names that were warned of: each with the present one, and its place."""
    told = [one for one in found.warnings if one.code == "former-name"]
    return {(*re.findall("`(.*?)`", one.message), one.span.line, one.span.column) for one in told}


def test_a_study_of_today_has_no_former_names():
    assert hints(compiled()) == set()


def test_an_operator_and_a_claim_by_their_former_names():
    old = compiled(use="fit/classifier", claim="beats")
    assert ids(old) == ids(compiled())
    assert hints(old) == {("fit/classifier", "train/classifier", 12, 10), ("beats", "compare", 21, 5)}
    assert [claim.kind for claim in old.claims] == ["compare"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        # A level is called as the component was: its name stays, as that of an axis's level does.
        ({"more": "old-irm: null", "level": "old-irm"}, {}, (6, 5)),
        ({"more": "old_irm: null", "level": "old_irm"}, {}, (6, 5)),
        ({"more": "irm: old-irm"}, {}, (6, 10)),
        ({"more": "irm: {old-irm: {penalty: 2.0}}"}, {"more": "irm: {irm: {penalty: 2.0}}"}, (6, 10)),
        # What is drawn inside it is drawn alike.
        (
            {"more": "irm: {old-irm: {penalty: {search: {uniform: [0, 1]}}}}"},
            {"more": "irm: {irm: {penalty: {search: {uniform: [0, 1]}}}}"},
            (6, 10),
        ),
        (
            {"more": "old-irm: {penalty: {search: {uniform: [0, 1]}}}", "level": "old-irm"},
            {"more": "irm: {penalty: {search: {uniform: [0, 1]}}}"},
            (6, 5),
        ),
    ],
)
def test_a_component_by_its_former_name(old, new, place):
    then, now = compiled(**old), compiled(**new)
    assert ids(then) == ids(now)
    (hint,) = hints(then)
    assert hint[1:] == ("irm", *place)
    assert hint[0] == "old-irm"


def test_an_argument_names_a_component_by_its_former_name():
    spec = """heldout: 1
study: a
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: {NAME: {penalty: 2.0}}}
"""
    found = {}
    for name in ("old-irm", "irm"):
        found[name], problems = compile_spec(spec.replace("NAME", name).encode(), "a.yaml", None, CATALOG)
        assert problems == []
    assert ids(found["old-irm"]) == ids(found["irm"])
    assert hints(found["old-irm"]) == {("old-irm", "irm", 5, 70)}


@pytest.mark.parametrize("aliases", [{"train/classifier": "data/digits"}, {"data/old": "data/none"}])
def test_a_catalog_whose_former_names_cannot_be_is_refused(aliases):
    with pytest.raises(ValueError, match="cannot be a former name"):
        Catalog.model_validate(KNOWN | {"aliases": aliases})
