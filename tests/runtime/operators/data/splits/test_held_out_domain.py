import pytest

from heldout.runtime.operators.data.splits.held_out_domain import held_out_domain


def tiny(tmp_path, hub):
    return {"domain": 30}


def test_the_domain_is_split_between_test_and_oracle(four_angles):
    test, oracle = held_out_domain(four_angles, domain=30)
    assert set(test.domains) == set(oracle.domains) == {"30"}
    # floor(0.2 * 449) = 89 rows for the oracle.
    assert [len(test), len(oracle)] == [360, 89]
    assert len(set(test.rows["id"].to_pylist()) | set(oracle.rows["id"].to_pylist())) == 449


def test_the_seed_decides(four_angles):
    one, same, other = (held_out_domain(four_angles, domain=30, seed=seed).oracle.rows for seed in (0, 0, 1))
    assert one.equals(same)
    assert not one.equals(other)


def test_an_unknown_domain_is_refused(four_angles):
    with pytest.raises(ValueError, match="no domain '60'; they have 0, 15, 30, 45"):
        held_out_domain(four_angles, domain=60)
