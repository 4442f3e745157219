import json

import pytest

from heldout.runtime.machine.report.provenance import provenance
from heldout.runtime.machine.report.study_card import ClaimCard, StudyCard, study_text
from heldout.runtime.machine.verdicts.verdicts import Word, judge


def test_what_is_written_is_read(declared, plan_of, results, store, tmp_path):
    declared["lock"] = {"locked": True, "claims": {"alignment-helps": "locked"}}
    plan = plan_of(declared)
    computed = provenance(plan.stages["score"].cells, store)
    (tmp_path / "study.json").write_text(study_text(plan, results, judge(plan.claims, results), computed))
    card = StudyCard.read(tmp_path / "study.json")
    assert (card.study, card.scale, card.paper, card.num_missing) == ("digits", "small", "A paper", 0)
    assert (card.num_tasks, card.seconds) == (54, 36 * 0.5 + 18 * 10)
    says = "CORAL is more accurate than ERM."
    assert card.claims == (ClaimCard("alignment-helps", says, Word.SUPPORTED, "locked"),)
    assert card.operators == tuple(sorted({stage.operator for stage in plan.stages.values()}))


CARD = {
    "heldout": 1,
    "study": "digits",
    "title": "Digits",
    "scale": None,
    "paper": None,
    "claims": [{"id": "c", "says": "So.", "verdict": "supported", "lock": ""}],
    "num_missing": 0,
    "num_tasks": 1,
    "seconds": 1,
}


def test_a_card_from_before_operators_is_read(tmp_path):
    (tmp_path / "study.json").write_text(json.dumps(CARD))
    assert StudyCard.read(tmp_path / "study.json").operators == ()


@pytest.mark.parametrize(
    "change",
    [
        {"title": 3},
        {"claims": [{"id": "c", "says": "So.", "verdict": "proven", "lock": ""}]},
        {"claims": ["c"]},
        {"num_missing": -1},
        {"num_missing": "1"},
        {"seconds": float("nan")},
        {"operators": ["data/a b"]},
        {"operators": ["data/a,b"]},
        {"operators": "data/a"},
        {"paper": "\ud800"},
        {"notes": "x" * 4_000_000},
    ],
)
def test_cards_of_strangers_are_what_they_should_be(tmp_path, change):
    (tmp_path / "study.json").write_text(json.dumps(CARD | change))
    with pytest.raises(ValueError):
        StudyCard.read(tmp_path / "study.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"heldout": 1}', '{"heldout": 1, "claims": 3}'])
def test_what_is_no_study(tmp_path, text):
    (tmp_path / "study.json").write_text(text)
    with pytest.raises(ValueError):
        StudyCard.read(tmp_path / "study.json")
