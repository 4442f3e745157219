import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Estimates
from heldout.runtime.operators.evaluate.regression_per_domain import regression_per_domain


def estimates(**more):
    rows = pa.table({"id": ["a", "b", "c", "d"], "label": [0.0, 2.0, 2.0, 4.0], **more})
    return Estimates.of(rows, torch.tensor([[1.0], [2.0], [5.0], [4.0]]).double().numpy())


def tiny(tmp_path, hub):
    return {"estimates": estimates()}


def test_each_domain_by_hand():
    table = regression_per_domain(estimates(domain=["q", "p", "q", "p"]))
    found = {(row["group"], row["metric"]): row["value"] for row in table.rows.to_pylist()}
    assert found == pytest.approx(
        {
            ("q", "mse"): 5.0,
            ("q", "rmse"): 5**0.5,
            ("q", "mae"): 2.0,
            ("q", "r2"): 1 - 10 / 2,
            ("p", "mse"): 0.0,
            ("p", "rmse"): 0.0,
            ("p", "mae"): 0.0,
            ("p", "r2"): 1.0,
        }
    )
    assert list(dict.fromkeys(row["group"] for row in table.rows.to_pylist())) == ["q", "p"]


def test_without_domains_all_are_one():
    assert set(regression_per_domain(estimates()).rows["group"].to_pylist()) == {""}


def test_no_examples_are_refused():
    nothing = Estimates(estimates().rows.slice(0, 0))
    with pytest.raises(ValueError, match="no examples"):
        regression_per_domain(nothing)
