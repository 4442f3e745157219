import json

import pytest

from heldout.compiler.ledger.entry import Ledger
from heldout.compiler.ledger.text import as_kept, ledger_text


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (1 / 3, 0.33333333),
        (123456789.0, 123456790.0),
        (-0.0, 0.0),
        (1e-12, 1e-12),
        (2.0, 2.0),
        (123456789, 123456789),  # a count stays as it is
        (True, True),
    ],
)
def test_eight_digits_of_a_number_are_kept(number, kept):
    assert (as_kept({"x": [number]}), type(as_kept(number))) == ({"x": [kept]}, type(kept))


def test_what_the_report_shows_of_a_number_is_not_lost():
    # The report shows at most four digits of a value, and six decimals of a mean in percent.
    for value in (0.123456789, 98.7654321, 3.14159265358979, 1e-7):
        assert f"{as_kept(value):.4g}" == f"{value:.4g}"
        assert f"{as_kept(value):.6f}" == f"{value:.6f}"


def test_a_text_stands_on_one_line():
    assert as_kept("two\nlines\t and  more ") == "two lines and more"


def test_equal_ledgers_have_one_text(written):
    text = ledger_text(Ledger.model_validate_json(json.dumps(written)))
    again = Ledger.model_validate_json(text)
    assert ledger_text(again) == text
    assert list(json.loads(text)) == ["heldout", "study", "scales"]


def test_a_number_that_changes_changes_one_line(written):
    before = ledger_text(Ledger.model_validate_json(json.dumps(written))).splitlines()
    written["scales"]["small"]["tables"][0]["cells"][2]["mean"] = 0.75
    after = ledger_text(Ledger.model_validate_json(json.dumps(written))).splitlines()
    changed = [(a.strip(), b.strip()) for a, b in zip(before, after, strict=True) if a != b]
    wanted = '{"at": ["coral", "0"], "mean": %s, "half_width": 0.1, "runs": 2, "missing": 1, "best": true},'
    assert changed == [(wanted % "0.625", wanted % "0.75")]


def test_scales_stand_in_one_order(written):
    entry = written["scales"]["small"]
    texts = {
        ledger_text(Ledger.model_validate_json(json.dumps(written | {"scales": scales})))
        for scales in ({"small": entry, "paper": entry}, {"paper": entry, "small": entry})
    }
    assert len(texts) == 1
