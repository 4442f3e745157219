import pytest

from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.data.splits.single_source import single_source
from heldout.runtime.operators.data.splits.training_domains import training_domains


def tiny(tmp_path, hub):
    return {"domain": 30}


def test_it_trains_on_its_in_split_and_tests_on_all_else(four_angles):
    parts = single_source(four_angles, domain=15, seed=1)
    alone = training_domains(four_angles, without={0, 30, 45}, seed=1)
    assert parts.train.rows.equals(alone.train.rows)
    assert parts.select.rows.equals(alone.select.rows)
    assert len(parts.test) == 450 + 449 + 449
    assert set(parts.test.domains) == {"0", "30", "45"}


def test_an_unknown_or_only_domain_is_refused(four_angles):
    with pytest.raises(ValueError, match="no domain '60'; they have 0, 15, 30, 45"):
        single_source(four_angles, domain=60)
    with pytest.raises(ValueError, match="no domain is left without 0"):
        single_source(rotated_digits(angles=[0]), domain=0)
