import json

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.reproduce.selection import (
    UnknownClaim,
    cells_of_claim,
    planned_cells,
    restricted,
    select,
    with_ancestors,
)


def counts(compiled):
    return {stage.name: stage.tasks for stage in compiled.plan.stages}


def claim(study, name):
    return next(one for one in study.claims if one.name == name)


def test_a_claim_reads_the_cells_at_the_levels_that_it_names(study):
    score = study.expansions["score"]
    places = {task: score.grid.labels(cell) for cell, task in score.cells()}
    found = [places[task] for task in cells_of_claim(study, claim(study, "faster"))]
    # Two of three rates, one of two angles, three seeds.
    assert len(found) == 2 * 1 * 3
    assert {one["rate"] for one in found} == {0.1, 0.3}
    assert {one["angle"] for one in found} == {15}
    assert len(list(cells_of_claim(study, claim(study, "good")))) == 3 * 2 * 3


def test_a_level_among_all_keeps_a_claim_to_none():
    text = """
heldout: 1
study: a
axes:
  rate: [0.1, 0.2, 0.3, 0.4]
  seed: {count: 5}
stages:
  digits: {use: data/rotated-digits, angles: [0, 15]}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 15}
  model: {use: train/classifier, data: "${split.train}", learning_rate: "${rate}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  off:
    says: A rate lies off the line of the others.
    regress: {metric: score.accuracy, against: score.nll, axis: rate, of: residual, level: 0.4, above: 0,
              pair: [seed]}
"""
    compiled, problems = compile_spec(text.encode(), "a.yaml", None, load_catalog())
    assert compiled is not None, problems
    assert len(list(cells_of_claim(compiled, claim(compiled, "off")))) == 4 * 5


def test_all_is_everything(study):
    chosen = select(study)
    assert chosen.tasks == chosen.drawn == chosen.everything
    # 2 angles; 18 models and scores
    assert len(chosen.tasks) == 2 + 2 + 18 + 18


def test_behind_a_claim_is_all_that_its_cells_are_computed_from(study):
    chosen = select(study, claim="faster")
    compiled = restricted(study, chosen.tasks, {})
    assert counts(compiled) == {"digits": 1, "split": 1, "model": 6, "score": 6}
    assert len(chosen.drawn) == 6
    assert {cell.coordinates["angle"] for cell in planned_cells(compiled)} == {15}


def test_a_claim_that_is_not_there(study):
    with pytest.raises(UnknownClaim, match="better"):
        select(study, claim="better")


def test_cells_are_drawn_by_seed(study):
    one, again, other = (select(study, cells=4, seed=seed).drawn for seed in (0, 0, 1))
    assert one == again != other
    score = {task for _, task in study.expansions["score"].cells()}
    assert len(one) == 4 and one <= score
    assert len(select(study, claim="faster", cells=100).drawn) == 6


def test_without_claims_cells_are_drawn_from_all(compiler):
    study = compiler('axes: {seed: {count: 3}}\nstages: {digits: {use: data/digits, seed: "${seed}"}}')
    assert len(select(study, cells=2).tasks) == 2


def test_ancestors_are_found_across_stages(study):
    score = study.expansions["score"]
    (first, *_) = (task for _, task in score.cells())
    assert len(with_ancestors(study, [first])) == 4


def test_what_is_left_keeps_its_identities_and_needs_nothing_else(study):
    chosen = select(study, cells=3, seed=2)
    compiled = restricted(study, chosen.tasks, {})
    planned = {cell.task for cell in planned_cells(compiled)}
    assert planned == chosen.tasks
    texts = [compiled.expansions["score"].text(cell) for cell, _ in compiled.expansions["score"].cells()]
    assert {json.loads(text.inputs)["model"]["task"] for text in texts} <= planned
    assert counts(study)["score"] == 18  # the study itself is as it was
