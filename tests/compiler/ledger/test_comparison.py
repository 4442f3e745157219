import json
from typing import Any

import pytest

from heldout.compiler.ledger.comparison import Comparison, compare_entries
from heldout.compiler.ledger.entry import Entry
from heldout.compiler.ledger.standing import Standing


def entry(value: Any) -> Entry:
    return Entry.model_validate_json(json.dumps(value))


@pytest.fixture
def compare(written):
    """Hold a run, the entry changed in one place, against the entry."""
    kept = entry(written["scales"]["small"])

    def held(change=lambda value: None, tolerance: float = 0.0) -> Comparison:
        value = written["scales"]["small"]
        change(value)
        return compare_entries(kept, entry(value), tolerance, Standing("fresh"))

    return held


def test_the_same_is_equal(compare):
    found = compare()
    assert (found.equal, found.verdicts, found.cells, found.differences) == (True, 1, 4, ())


def test_a_verdict_that_differs(compare):
    found = compare(lambda value: value["verdicts"][0].update(verdict="supported", effect=0.11))
    assert [one.words() for one in found.differences] == [
        "verdict helps, verdict: undecided in the ledger, supported in the run",
        "verdict helps, effect: 0.1 in the ledger, 0.11 in the run",
    ]


def test_a_test_of_a_claim_of_several_that_differs(written):
    value = written["scales"]["small"]
    whole = value["verdicts"][0]
    whole["parts"] = [{**whole, "id": f"helps.{number}"} for number in (1, 2)]
    then = entry(value)
    whole["parts"][1]["effect"] = 0.11
    found = compare_entries(then, entry(value), 0.0, Standing("fresh"))
    assert [one.words() for one in found.differences] == [
        "verdict helps.2, effect: 0.1 in the ledger, 0.11 in the run"
    ]


@pytest.mark.parametrize(("tolerance", "equal"), [(0.0, False), (0.0099, False), (0.011, True)])
def test_numbers_are_equal_within_the_tolerance(compare, tolerance, equal):
    # |0.23 - 0.22| = 0.01, and neither is above 1.
    change = {"interval": [-0.02, 0.23]}
    assert compare(lambda value: value["verdicts"][0].update(change), tolerance).equal is equal


def test_a_verdict_has_no_tolerance(compare):
    assert not compare(lambda value: value["verdicts"][0].update(verdict="supported"), 100.0).equal


def test_a_cell_that_differs(compare):
    found = compare(lambda value: value["tables"][0]["cells"][1].update(mean=None, runs=0, missing=3))
    assert [one.words() for one in found.differences] == [
        "table accuracy (held_out average, method erm), mean: 0.5 in the ledger, nothing in the run",
        "table accuracy (held_out average, method erm), runs: 3 in the ledger, 0 in the run",
        "table accuracy (held_out average, method erm), missing: 0 in the ledger, 3 in the run",
    ]


def test_what_one_of_them_lacks(compare):
    def change(value):
        value["verdicts"][0]["id"] = "other"
        value["tables"][0]["cells"].pop()

    found = compare(change)
    assert [one.words() for one in found.differences] == [
        "verdict helps: only in the ledger",
        "verdict other: only in the run",
        "table accuracy (held_out average, method coral): only in the ledger",
    ]
    assert json.loads(json.dumps(found.json()))["differences"][2] == {
        "place": "table",
        "id": "accuracy",
        "at": {"held_out": None, "method": "coral"},
        "part": "",
        "ledger": True,
        "run": None,
    }


def test_a_table_that_is_gone_is_one_difference(compare):
    found = compare(lambda value: value.update(tables=[]))
    assert [one.words() for one in found.differences] == ["table accuracy: only in the ledger"]


def test_the_order_of_rows_and_axes_is_no_difference(compare):
    def change(value):
        table = value["tables"][0]
        table["axes"] = dict(reversed(table["axes"].items()))
        table["columns"] = None
        table["cells"] = [
            cell | {"at": cell["at"][::-1]} for cell in table["cells"] if None not in cell["at"]
        ]

    assert {one.part for one in compare(change).differences} == {""}  # the averages alone


def test_costs_that_were_measured_again_are_no_difference(written):
    value = written["scales"]["small"]
    dearer = value["verdicts"][0] | {"id": "dearer", "measured": True}
    value["verdicts"].append(dearer)
    value["tables"][0]["cells"][0] |= {"measured": True}
    then = entry(value)
    dearer |= {"verdict": "supported", "effect": 7.0, "p_claimed": 0.001, "p_claimed_adjusted": 0.002}
    value["verdicts"][0]["p_claimed_adjusted"] = 0.9  # Holm's correction has that of the other in it
    value["tables"][0]["cells"][0] |= {"mean": 99.0, "half_width": 9.0}
    assert compare_entries(then, entry(value), 0.0, Standing("fresh")).equal
    dearer["num_units"] += 1
    value["verdicts"][0]["effect"] += 0.5
    value["tables"][0]["cells"][2]["mean"] = 99.0
    found = compare_entries(then, entry(value), 0.0, Standing("fresh")).differences
    assert [(one.id, one.part) for one in found] == [
        ("helps", "effect"),
        ("dearer", "num_units"),
        ("accuracy", "mean"),
    ]
