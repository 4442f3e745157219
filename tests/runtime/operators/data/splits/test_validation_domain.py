import pytest

from heldout.runtime.operators.data.splits.training_domains import training_domains
from heldout.runtime.operators.data.splits.validation_domain import validation_domain


def tiny(tmp_path, hub):
    return {"domain": 30}


def test_it_is_what_training_would_have_read_of_the_domain(four_angles):
    one = training_domains(four_angles, without={30}, seed=1).train.rows["id"].to_pylist()
    fold = training_domains(four_angles, without={30, 45}, seed=1).train.rows["id"].to_pylist()
    validation = validation_domain(four_angles, domain=45, seed=1)
    assert set(validation.rows["id"].to_pylist()) == set(one) - set(fold)
    assert set(validation.domains) == {"45"}


def test_it_may_take_all_rows(four_angles):
    assert len(validation_domain(four_angles, domain=0)) == 450 - 90
    assert len(validation_domain(four_angles, domain=0, fraction=0.0)) == 450


def test_an_unknown_domain_is_refused(four_angles):
    with pytest.raises(ValueError, match="no domain '60'; they have 0, 15, 30, 45"):
        validation_domain(four_angles, domain=60)
