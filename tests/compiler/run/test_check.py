import pytest

from heldout.compiler.refusal import Refusal
from heldout.compiler.run.check import check_study


def test_a_good_spec_is_checked_at_every_scale(spec):
    found = check_study(spec)
    assert (dict(found.tasks), found.mistakes) == ({None: 31, "smoke": 11}, None)
    assert dict(check_study(spec, "smoke").tasks) == {"smoke": 11}


def test_the_first_scale_with_mistakes_is_told(spec):
    spec.write_text(spec.read_text().replace("{count: 1}", "{count: none}"))
    found = check_study(spec)
    assert dict(found.tasks) == {None: 31}
    assert [one.span.line for one in found.mistakes.found] == [20]
    assert check_study(spec, "smok").mistakes.found[0].code == "unknown-scale"


def test_a_spec_that_cannot_be_read_is_no_finding(spec):
    spec.unlink()
    with pytest.raises(Refusal, match="there is no file"):
        check_study(spec)


def test_a_study_of_too_many_cells_is_read_and_not_laid_out(spec, monkeypatch):
    monkeypatch.setattr("heldout.compiler.run.check.MOST_CELLS", 12)
    found = check_study(spec)
    assert (dict(found.tasks), dict(found.cells), found.mistakes) == ({"smoke": 11}, {None: 31}, None)
    spec.write_text(spec.read_text().replace("train/classifier", "train/clasifier"))
    assert [one.code for one in check_study(spec).mistakes.found] == ["unknown-operator"]
