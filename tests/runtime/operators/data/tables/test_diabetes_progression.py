import itertools

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out
from heldout.runtime.operators.data.tables.diabetes_progression import diabetes_progression


def test_inputs_are_those_of_scikit_learn_with_variance_one():
    data = diabetes_progression()
    ours = data.x.double().numpy()
    np.testing.assert_allclose(ours, load_diabetes().data * np.sqrt(442), atol=1e-5)
    assert data.labels.tolist() == load_diabetes().target.tolist()
    assert data.classes == ()


def test_domains_are_quarters_of_a_measurement_in_its_order():
    data = diabetes_progression(domain="bmi", domains=4)
    values = np.asarray(data.rows["bmi"].to_pylist())
    parts = [values[data.domains == str(number)] for number in (1, 2, 3, 4)]
    assert all(low.max() < high.min() for low, high in itertools.pairwise(parts))
    # A quarter of 442 each, but for patients of equal index, who share a domain.
    ties = max(np.unique(values, return_counts=True)[1])
    assert all(abs(len(part) - 442 / 4) <= ties for part in parts)


def test_two_values_make_two_domains_and_no_more():
    data = diabetes_progression(domain="sex", domains=2)
    assert sorted(set(zip(data.rows["sex"].to_pylist(), data.domains, strict=True))) == [(1, "1"), (2, "2")]
    with pytest.raises(ValueError, match="sex has values for 2 domains, not for 3: many are equal"):
        diabetes_progression(domain="sex", domains=3)


def test_a_domain_is_held_out_with_its_labels():
    data = diabetes_progression()
    parts = leave_one_domain_out(data, domain=4, fraction=0.2, seed=1)
    assert set(parts.test.domains) == {"4"}
    assert set(parts.train.domains) == {"1", "2", "3"}
    by_id = dict(zip(data.rows["id"].to_pylist(), data.labels.tolist(), strict=True))
    assert [by_id[name] for name in parts.test.rows["id"].to_pylist()] == parts.test.labels.tolist()
    assert "label" not in parts.test.without_labels().rows.column_names
