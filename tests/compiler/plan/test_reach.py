"""How far the tests of shipped claims reach, by what they declare."""

import math

import pytest

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.catalog import Component, load_catalog
from heldout.compiler.diagnostics import Span
from heldout.compiler.plan.design import Design
from heldout.compiler.plan.reach import reach_of

CLAIMS = load_catalog().claims
UNDECLARED = Component(digest="")


def claim(component, **given):
    values = {name: parameter.default for name, parameter in component.parameters.items()}
    return ResolvedClaim("a", "…", "kind", component, {**values, **given}, Span("", 0, 0))


def design(num_held_out=4, num_seeds=3, num_levels=5):
    texts = {
        axis: tuple(map(str, range(count)))
        for axis, count in {"held_out": num_held_out, "seed": num_seeds}.items()
    }
    levels = frozenset((str(level),) for level in range(num_levels))
    found = dict.fromkeys(range(num_held_out * num_seeds), num_levels)
    return Design(("held_out", "seed"), ("size",), levels, found, texts)


@pytest.mark.parametrize(
    ("kind", "parameters", "count", "smallest"),
    [
        ("compare", {}, 12, 2.0**-12),
        ("compare", {"cluster": "held_out"}, 4, 2.0**-4),
        ("compare", {"cluster": "held_out", "sides": "two"}, 4, 2.0**-3),
        ("compare", {"cluster": "held_out", "test": "t"}, 4, 0.0),
        ("equivalent", {"cluster": "held_out"}, 4, 2.0**-4),
        ("fit", {"cluster": "seed"}, 3, 2.0**-3),
        ("correlate", {"axis": "size", "test": "permutation"}, 5, 1 / math.factorial(5)),
        ("correlate", {"axis": "size", "test": "permutation", "sides": "two"}, 5, 2 / math.factorial(5)),
        ("correlate", {"axis": "size", "test": "fisher"}, 5, 0.0),
        ("correlate", {"axis": "size", "test": "sign-flip", "cluster": "seed"}, 3, 2.0**-3),
    ],
)
def test_reach(kind, parameters, count, smallest):
    reach = reach_of(claim(CLAIMS[kind], **parameters), design())
    assert (reach.count, reach.p) == (count, smallest)


def test_of_a_claim_that_declares_nothing_nothing_is_known():
    reach = reach_of(claim(UNDECLARED), design())
    assert (reach.count, reach.p) == (12, 0.0)


def test_kendall_needs_a_level_more():
    four = design(num_levels=4)
    fisher = {"axis": "size", "test": "fisher"}
    assert reach_of(claim(CLAIMS["correlate"], **fisher), four).p == 0.0
    assert reach_of(claim(CLAIMS["correlate"], **fisher, coefficient="kendall"), four).p == 1.0


def test_one_unit_is_too_few_for_t():
    alone = design(num_held_out=1)
    assert reach_of(claim(CLAIMS["compare"], cluster="held_out", test="t"), alone).p == 1.0


def test_how_many_would_be_enough():
    reach = reach_of(claim(CLAIMS["compare"], cluster="held_out"), design())
    assert reach.enough(lambda p: p <= 0.05) == 5
    assert reach.enough(lambda p: p <= 0.0001) == 14  # 2^-13 is 0.00012
    assert reach.enough(lambda p: p < 0) is None


def test_more_units_than_the_catalog_lists_reach_what_the_last_of_them_do():
    many = reach_of(claim(CLAIMS["compare"]), design(num_held_out=40))
    assert (many.count, many.p) == (120, 0.0)
