import pytest

from runtime.data.held_out_domain import held_out_domain
from runtime.data.leave_one_domain_out import leave_one_domain_out
from runtime.data.rotated_digits import rotated_digits
from runtime.data.single_source import single_source
from runtime.data.training_domains import training_domains
from runtime.data.validation_domain import validation_domain


@pytest.fixture(scope="module")
def data():
    return rotated_digits(angles=[0, 15, 30, 45])


def ids(part):
    return part.rows["id"].to_pylist()


def test_the_parts_are_the_data_once(data):
    parts = leave_one_domain_out(data, domain=30, seed=1)
    assert sorted(name for part in parts for name in ids(part)) == sorted(ids(data))
    assert set(parts.train.domains) == set(parts.select.domains) == {"0", "15", "45"}
    assert set(parts.test.domains) == set(parts.oracle.domains) == {"30"}
    # 1797 = 4 * 449 + 1: domains of 450, 449, 449, 449 rows, out-splits of 90, 89, 89, 89.
    assert [len(part) for part in parts] == [360 + 360 + 360, 90 + 89 + 89, 360, 89]


def test_agrees_row_for_row_with_the_splits_of_one_role(data):
    parts = leave_one_domain_out(data, domain="30", seed=1)
    seen = training_domains(data, without={30.0}, seed=1)
    unseen = held_out_domain(data, domain=30, seed=1)
    for one, other in zip(parts, (*seen, *unseen), strict=True):
        assert ids(one) == ids(other)
        assert (one.x == other.x).all()


def test_folds_of_cross_validation_share_the_same_rows(data):
    both = training_domains(data, without={30, 45}, seed=1)
    one = training_domains(data, without={30}, seed=1)
    validation = validation_domain(data, domain=45, seed=1)
    assert set(ids(both.train)) | set(ids(validation)) == set(ids(one.train))
    assert set(ids(both.select)) < set(ids(one.select))


def test_a_validation_domain_may_take_all_rows(data):
    assert len(validation_domain(data, domain=0)) == 360
    assert len(validation_domain(data, domain=0, fraction=0.0)) == 450


def test_a_single_source_trains_on_its_in_split_and_tests_on_all_else(data):
    parts = single_source(data, domain=15, seed=1)
    whole = training_domains(data, without={0, 30, 45}, seed=1)
    assert ids(parts.train) == ids(whole.train)
    assert ids(parts.select) == ids(whole.select)
    assert len(parts.test) == 1797 - 449
    assert "15" not in parts.test.domains


@pytest.mark.parametrize("split", [held_out_domain, leave_one_domain_out, validation_domain, single_source])
def test_an_unknown_domain_is_refused(data, split):
    with pytest.raises(ValueError, match="no domain '60'; they have 0, 15, 30, 45"):
        split(data, domain=60)


def test_an_unknown_domain_to_leave_out_is_refused(data):
    with pytest.raises(ValueError, match="no domain '60'"):
        training_domains(data, without={0, 60})


def test_the_only_domain_cannot_be_held_out():
    with pytest.raises(ValueError, match="no domain is left without 0"):
        leave_one_domain_out(rotated_digits(angles=[0]), domain=0)
