import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.rows.domains import domain_name, in_out_split, known_domain, other_domains


def dataset(**sizes):
    domains = [name for name, size in sizes.items() for _ in range(size)]
    order = np.random.default_rng(0).permutation(len(domains))
    rows = {"id": [f"r{i}" for i in range(len(domains))], "domain": [domains[i] for i in order]}
    return Dataset(pa.table(rows))


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        (15, "15"),
        ("15", "15"),
        (15.0, "15"),
        (22.5, "22.5"),
        (0.1, "0.1"),
        ("a b", "a b"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_numbers_and_text_are_the_same_name(domain, name):
    assert domain_name(domain) == name


def test_an_unknown_domain_is_named_with_those_that_exist():
    data = dataset(a=2, b=2)
    with pytest.raises(ValueError, match=r"no domain 'c'; they have (a, b|b, a)"):
        known_domain(data, "c")


def test_taking_out_every_domain_leaves_none():
    with pytest.raises(ValueError, match="no domain is left without a, b"):
        other_domains(dataset(a=2, b=2), {"b", "a"})


def test_sizes_are_rounded_down_by_domain():
    data = dataset(a=10, b=9)
    inside, out = in_out_split(data, ["a", "b"], 0.2, seed=0)
    # floor(0.2 * 10) = 2 and floor(0.2 * 9) = 1.
    assert sorted(data.domains[out]) == ["a", "a", "b"]
    assert len(inside) == 19 - 3
    assert sorted(np.concatenate([inside, out])) == list(range(19))
    assert (np.diff(inside) > 0).all()


def test_the_split_of_a_domain_depends_on_nothing_but_seed_and_domain():
    data = dataset(a=50, b=50, c=50)
    alone = in_out_split(data, ["b"], 0.2, seed=3).out
    together = in_out_split(data, ["a", "b", "c"], 0.2, seed=3).out
    assert (together[data.domains[together] == "b"] == alone).all()
    # Other rows around it do not move it either.
    smaller = data.take(np.flatnonzero(data.domains != "a"))
    kept = in_out_split(smaller, ["b"], 0.2, seed=3).out
    assert smaller.take(kept).rows["id"].equals(data.take(alone).rows["id"])
    assert (in_out_split(data, ["b"], 0.2, seed=4).out != alone).any()


def test_nothing_left_is_refused():
    with pytest.raises(ValueError, match="leaves nothing of domain 'a'"):
        in_out_split(dataset(b=3, a=1), ["a"], 1.0, seed=0)


@pytest.mark.parametrize(("rows", "fraction", "needed"), [(4, 0.2, 5), (1, 0.5, 2), (9, 0.1, 10)])
def test_a_domain_too_small_for_a_part_says_so(rows, fraction, needed):
    with pytest.raises(ValueError, match=f"domain 'b' has {rows} rows, .* takes none: it needs {needed}, or"):
        in_out_split(dataset(a=50, b=rows), ["a", "b"], fraction, seed=0)
    assert len(in_out_split(dataset(b=needed), ["b"], fraction, seed=0).out) == 1


def test_fraction_0_takes_all_rows():
    data = dataset(a=5)
    inside, out = in_out_split(data, ["a"], 0.0, seed=0)
    assert inside.tolist() == [0, 1, 2, 3, 4]
    assert len(data.take(out)) == 0
