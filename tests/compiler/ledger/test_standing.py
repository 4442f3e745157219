import json

import pytest

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.ledger.basis import basis_of
from heldout.compiler.ledger.entry import Basis, Entry, Ledger, ledger_path
from heldout.compiler.ledger.standing import Standing, standing, standing_of
from heldout.compiler.ledger.text import ledger_text

STUDY = """
axes: {seed: {count: 2}, method: [erm, coral]}
stages:
  digits: {use: data/digits, angles: [0, 15]}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  helps:
    says: CORAL is the better.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed], alpha: 0.5}
tables:
  accuracy: {rows: method, columns: seed, value: score.accuracy}
"""


@pytest.fixture
def entry(written) -> Entry:
    return Entry.model_validate_json(json.dumps(written["scales"]["small"]))


@pytest.fixture
def basis(compiler):
    """What a study rests on, and a changed one."""

    def of(old: str = "", new: str = "") -> Basis:
        assert old in STUDY
        compiled = compiler(STUDY.replace(old, new) if old else STUDY)
        return basis_of(compiled.scope, compiled.expansions)

    return of


def against(entry: Entry, then: Basis, now: Basis) -> Standing:
    return standing(entry.model_copy(update={"rests_on": then}), now)


def test_the_same_study_is_fresh(entry, basis):
    assert against(entry, basis(), basis()) == Standing("fresh")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("axes:", "title: Another title\nnotes: Of other words.\naxes:"),
        ("seed: {count: 2}, method: [erm, coral]", "method: [erm, coral], seed: {count: 2}"),
    ],
)
def test_what_changes_no_result_leaves_it_fresh(entry, basis, old, new):
    assert against(entry, basis(), basis(old, new)) == Standing("fresh")


def test_a_change_is_said_of_the_stages_that_it_reaches(entry, basis):
    later = against(entry, basis(), basis("objective:", "steps: 7, objective:"))
    assert later == Standing("stale", stages=("model", "score"))
    assert later.words() == "stale: since then the stages `model` and `score` have changed"
    first = against(entry, basis(), basis("angles: [0, 15]", "angles: [0, 30]"))
    assert first.stages == ("digits", "split", "model", "score")
    assert first.words().endswith("the stages `digits`, `split`, `model` and 1 more have changed")


def test_a_stage_that_is_only_called_otherwise_leaves_it_fresh(entry, basis):
    moved = basis().model_copy(update={"stages": {"other": "0" * 64}})
    assert against(entry, basis(), moved).state == "fresh"


def test_a_claim_that_says_something_else_makes_it_stale(entry, basis):
    found = against(entry, basis(), basis("alpha: 0.5", "alpha: 0.4"))
    assert found == Standing("stale", claims=("helps",))
    assert found.words() == "stale: since then the claim `helps` has changed"
    assert not found.tasks_changed


def test_code_that_decides_a_claim_is_part_of_it(compiler, basis):
    compiled = compiler(STUDY)
    (kind,) = {claim.kind for claim in compiled.study.claims}
    claims = compiled.catalog.components["claims"]
    edited = claims | {kind: claims[kind].model_copy(update={"digest": "sha256:1"})}
    components = {**compiled.catalog.components, "claims": edited}
    scope = Scope(compiled.study, compiled.catalog.model_copy(update={"components": components}))
    assert basis_of(scope, compiled.expansions).claims != basis().claims


def test_a_table_of_other_rows_makes_it_stale(entry, basis):
    assert against(entry, basis(), basis("columns: seed", "columns: []")) == Standing(
        "stale", tables=("accuracy",)
    )


def test_a_claim_that_is_gone_makes_it_stale(entry, basis):
    gone = basis().model_copy(update={"claims": {}})
    assert against(entry, basis(), gone).claims == ("helps",)


def test_tasks_that_no_stage_explains_are_not_fresh(entry, basis):
    forged = basis().model_copy(update={"tasks": "0" * 64})
    assert against(entry, forged, basis()).stages == ("digits", "split", "model", "score")


def test_without_an_entry(basis):
    found = standing(None, basis())
    assert (found.words(), found.tasks_changed) == ("not recorded yet", True)


def test_of_a_compiled_study_by_the_ledger_beside_its_spec(compiler, entry, basis, tmp_path):
    spec, compiled = tmp_path / "a.yaml", compiler(STUDY)
    assert standing_of(spec, compiled).state == "absent"
    ledger = Ledger(study="a", scales={"full": entry.model_copy(update={"rests_on": basis()})})
    ledger_path(spec).write_text(ledger_text(ledger))
    assert standing_of(spec, compiled) == Standing("fresh")
    changed = compiler(STUDY.replace("objective:", "steps: 7, objective:"))
    assert standing_of(spec, changed).tasks_changed


def test_what_is_said_of_a_metric_is_part_of_the_tables_that_show_it_alone(basis):
    said = ("claims:\n", "metrics: {score.accuracy: {better: lower}}\nclaims:\n")
    other = ("claims:\n", "metrics: {score.error: {better: lower}}\nclaims:\n")
    assert basis(*said).tables != basis().tables
    assert basis(*said).claims == basis().claims
    assert basis(*other) == basis()
