import pytest

from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.data.splits.held_out_domain import held_out_domain
from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out
from heldout.runtime.operators.data.splits.training_domains import training_domains


def tiny(tmp_path, hub):
    return {"domain": 30}


def ids(part):
    return part.rows["id"].to_pylist()


def test_the_parts_are_the_data_once(four_angles):
    parts = leave_one_domain_out(four_angles, domain=30, seed=1)
    assert sorted(name for part in parts for name in ids(part)) == sorted(ids(four_angles))
    assert set(parts.train.domains) == set(parts.select.domains) == {"0", "15", "45"}
    assert set(parts.test.domains) == set(parts.oracle.domains) == {"30"}
    # Out-splits of floor(450 / 5) = 90 and floor(449 / 5) = 89 rows.
    assert [len(part) for part in parts] == [360 + 360 + 360, 90 + 89 + 89, 360, 89]


def test_agrees_row_for_row_with_the_splits_of_one_role(four_angles):
    parts = leave_one_domain_out(four_angles, domain="30", seed=1)
    seen = training_domains(four_angles, without={30.0}, seed=1)
    unseen = held_out_domain(four_angles, domain=30, seed=1)
    for one, other in zip(parts, (*seen, *unseen), strict=True):
        assert ids(one) == ids(other)
        assert (one.x == other.x).all()


def test_an_unknown_domain_is_refused(four_angles):
    with pytest.raises(ValueError, match="no domain '60'; they have 0, 15, 30, 45"):
        leave_one_domain_out(four_angles, domain=60)


def test_the_only_domain_cannot_be_held_out():
    with pytest.raises(ValueError, match="no domain is left without 0"):
        leave_one_domain_out(rotated_digits(angles=[0]), domain=0)
