import pytest

from heldout.runtime.machine.report.provenance import provenance
from heldout.runtime.machine.report.study_card import StudyCard, study_text
from heldout.runtime.machine.verdicts.verdicts import judge


def test_what_is_written_is_read(declared, plan_of, results, store, tmp_path):
    declared["lock"] = {"locked": True, "claims": {"alignment-helps": "locked"}}
    plan = plan_of(declared)
    computed = provenance(plan.stages["score"].cells, store)
    (tmp_path / "study.json").write_text(study_text(plan, results, judge(plan.claims, results), computed))
    card = StudyCard.read(tmp_path / "study.json")
    assert (card.study, card.scale, card.paper, card.num_missing) == ("digits", "small", "A paper", 0)
    assert (card.num_tasks, card.seconds) == (54, 36 * 0.5 + 18 * 10)
    assert card.claims == (
        {
            "id": "alignment-helps",
            "says": "CORAL is more accurate than ERM.",
            "verdict": "supported",
            "lock": "locked",
        },
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"heldout": 1}', '{"heldout": 1, "claims": 3}'])
def test_what_is_no_study(tmp_path, text):
    (tmp_path / "study.json").write_text(text)
    with pytest.raises(ValueError):
        StudyCard.read(tmp_path / "study.json")
