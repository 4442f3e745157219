import math

import pytest

from heldout.runtime.claim import Decided, FewestLevels, Reach, Refusal
from heldout.runtime.machine.catalog.decided import MOST_UNITS, decided_entry, smallest_p_values


@pytest.mark.parametrize(
    ("smallest_p", "values"),
    [
        (lambda n: 0.0 if n >= 2 else 1.0, [1.0, 1.0, 0.0]),
        (lambda n: 1 / math.factorial(n), [1 / math.factorial(n) for n in range(13)] + [0.0]),  # 1/13! < 1e-9
        (lambda n: 2.0**-n, [2.0**-n for n in range(30)] + [0.0]),  # 2^-30 < 1e-9
        (lambda n: max(0.25, 2.0**-n), [1.0, 0.5, 0.25]),  # however many there are
        (lambda n: 1.0, [1.0]),
    ],
)
def test_p_values_until_more_units_change_nothing(smallest_p, values):
    assert smallest_p_values(smallest_p, "f") == values


def test_no_more_units_are_listed_than_anyone_has():
    slow = smallest_p_values(lambda n: 1 / (1 + n), "f")
    assert (len(slow), slow[-1]) == (MOST_UNITS + 1, 1 / (1 + MOST_UNITS))


@pytest.mark.parametrize(
    ("smallest_p", "message"),
    [
        (lambda n: 2.0**n, "of 1 units cannot be 2"),
        (lambda n: -1.0, "of 0 units cannot be -1"),
        (lambda n: math.nan, "cannot be nan"),
        (lambda n: n / 100, "of 1 units cannot be 0.01"),
    ],
)
def test_what_is_no_p_value_or_grows(smallest_p, message):
    with pytest.raises(
        ValueError, match=f"f: its smallest p-value {message}" if "of" in message else message
    ):
        smallest_p_values(smallest_p, "f")


@pytest.mark.parametrize(
    "decided",
    [
        Decided((Reach(lambda n: 1.0, over="width"),), (), ()),
        Decided((Reach(lambda n: 1.0, when={"width": "a"}),), (), ()),
        Decided((), (FewestLevels("width", 2),), ()),
        Decided((), (), (Refusal({"width": {}}, "", ""),)),
    ],
)
def test_a_claim_is_decided_by_parameters_that_it_has(decided):
    assert decided_entry(decided, ["width"], "f")
    with pytest.raises(ValueError, match="f: it is decided by a parameter 'width', which it does not have"):
        decided_entry(decided, ["depth"], "f")
