from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.components.claims.steps_to import horizon_of
from tests.fixtures.claims import as_written

steps_to = as_written("steps-to")

LEVELS = {"method": ["erm", "coral"], "seed": [0, 1, 2, 3, 4]}


def curves(first, num_steps=10, ends=None):
    """Curves that are 0 before their first step and 1 from it on; NaN after they end."""
    steps = np.arange(1, num_steps + 1)
    values = (steps >= np.asarray(first, dtype=float)[..., None]).astype(float)
    if ends is not None:
        values[steps > np.asarray(ends)[..., None]] = np.nan
    return values


def claim(results, metric, **more):
    given = {"axis": "method", "sooner": "coral", "later": "erm", "pair": ["seed"], "level": 0.5} | more
    return steps_to(results, metric=metric, **given)


def test_first_passages_by_hand(rehearsal, named):
    results = rehearsal(curve=(LEVELS, curves([[5, 6, 7, 8, 9], [2, 3, 4, 5, 3]])))
    found = claim(results, named("curve"))
    assert [one.value for one in found.observations] == [3, 3, 3, 3, 6]
    assert found.effect == pytest.approx(3.6)
    assert (found.holds, found.p_claimed) == (True, 2**-5)
    assert "Not passed by then: 0 of 5 curves of coral and 0 of 5 curves of erm." in found.finding


def test_a_curve_that_never_passes_took_the_whole_horizon(rehearsal, named):
    # erm never passes with seeds 0 and 1: at least 10 steps each. coral never does with seed 1.
    results = rehearsal(curve=(LEVELS, curves([[99, 99, 7, 8, 9], [2, 99, 4, 5, 3]])))
    found = claim(results, named("curve"))
    assert [one.value for one in found.observations] == [8, 0, 3, 3, 6]
    assert "1 of 5 curves of coral and 2 of 5 curves of erm" in found.finding
    assert ", 1 is tied." in found.finding


def test_the_horizon_is_where_the_first_censored_curve_ends(rehearsal, named):
    # erm with seed 0 was followed for 4 steps only and had not passed: of all curves only the first 4
    # steps can be compared. min(T, 4): erm 4 4 4 4 4, coral 2 4 4 3 1.
    ends = np.array([[4, 10, 10, 10, 10], [10, 10, 10, 10, 10]])
    results = rehearsal(curve=(LEVELS, curves([[99, 6, 7, 8, 9], [2, 5, 4, 3, 1]], ends=ends)))
    found = claim(results, named("curve"))
    assert [one.value for one in found.observations] == [2, 0, 0, 1, 3]
    assert "within the first 4" in found.finding


def test_a_curve_that_stops_once_it_has_passed_shortens_nothing():
    passed, last = np.array([3.0, 9.0, np.inf]), np.array([3.0, 9.0, 10.0])
    assert horizon_of(passed, last) == 10.0
    assert horizon_of(passed[:2], last[:2]) == 9.0
    assert horizon_of(np.array([np.nan]), np.array([np.nan])) == 0.0


def test_a_falling_curve(rehearsal, named):
    results = rehearsal(curve=(LEVELS, 1 - curves([[5, 6, 7, 8, 9], [2, 3, 4, 5, 3]])))
    assert claim(results, named("curve"), rising=False).effect == pytest.approx(3.6)


def test_a_missing_curve_blocks(rehearsal, named):
    values = curves([[5, 6, 7, 8, 9], [2, 3, 4, 5, 3]])
    values[1, 2] = np.nan
    found = claim(rehearsal(curve=(LEVELS, values)), named("curve"))
    assert found.missing == ("seed 2",)
    assert found.untested


def test_what_has_no_steps_is_no_curve(rehearsal, named):
    with pytest.raises(ValueError, match="flat of flat is no curve"):
        claim(rehearsal(flat=(LEVELS, np.ones((2, 5)))), named("flat"))


def test_the_curves_of_a_group(rehearsal, named):
    results = rehearsal(curve=(LEVELS, curves([[5, 6, 7, 8, 9], [2, 3, 4, 5, 3]])))
    rows = results.tables["curve", "table"]
    grouped = rows.set_column(rows.column_names.index("group"), "group", pa.array(["long"] * len(rows)))
    results = replace(results, tables={("curve", "table"): pa.concat_tables([later(rows), grouped])})
    metric = named("curve") | {"along": ["group"]}
    assert claim(results, metric, where={"group": "long"}).effect == pytest.approx(3.6)
    assert claim(results, named("curve")).effect == 0.0  # whole cells are tied


def later(rows):
    """The same curves, none of which ever passes."""
    return rows.set_column(rows.column_names.index("value"), "value", pa.array([0.0] * len(rows)))


def test_curves_that_never_pass_speak_for_nothing_between_zero_and_a_margin(rehearsal, named):
    # The later curves were cut short after 10 steps: whether coral wins 8 steps or 80 is not known.
    results = rehearsal(curve=(LEVELS, curves([[99] * 5, [5, 6, 5, 6, 5]])))
    within = claim(results, named("curve"), margin=0.0)
    assert within.holds and within.p_claimed == 2**-5
    beyond = claim(results, named("curve"), margin=8.0)
    assert beyond.p_claimed == 1.0 and beyond.p_opposite == 1.0
    assert beyond.interval[0] < 5 and beyond.interval[1] > 8
    seen = rehearsal(curve=(LEVELS, curves([[10] * 5, [5, 6, 5, 6, 5]])))
    assert claim(seen, named("curve"), margin=8.0).p_opposite == 2**-5


def test_a_margin_below_zero_is_not_met_by_what_is_cut_short(rehearsal, named):
    # coral never passes: it may lose by 8 steps as well as by 3.
    results = rehearsal(curve=(LEVELS, curves([[8, 8, 7, 7, 8], [99] * 5])))
    assert claim(results, named("curve"), margin=-5.0).p_claimed == 1.0
    seen = rehearsal(curve=(LEVELS, curves([[8, 8, 7, 7, 8], [10] * 5])))
    assert claim(seen, named("curve"), margin=-5.0).p_claimed == 2**-5
