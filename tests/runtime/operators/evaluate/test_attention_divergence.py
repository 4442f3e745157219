import math

import pyarrow as pa
import pytest
import torch
from scipy.spatial.distance import jensenshannon

from heldout.runtime.artifacts import Dataset
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from heldout.runtime.operators.evaluate.attention_divergence import (
    _nearest,
    attention_divergence,
    jensen_shannon,
)


def model(seed=0, depth=2, heads=2):
    network = {"decoder": {"width": 16, "depth": depth, "heads": heads}}
    return language_model_artifact(build_language_model(network, 8, seed), network, 8)


def sequences(count=6):
    tokens = torch.randint(1, 8, (count, 7), generator=torch.Generator().manual_seed(0))
    tokens[::2, 4:] = 0
    rows = pa.table({"id": [str(i) for i in range(count)], "text": ["t"] * count})
    return Dataset(rows, {"tokens": tokens}, (), {"vocabulary": [str(i) for i in range(8)]})


def tiny(tmp_path, hub):
    return {"model": model(), "reference": model(1), "data": sequences()}


class Attends(torch.nn.Module):
    """One layer whose heads attend to these places."""

    def __init__(self, *places):
        super().__init__()
        heads = torch.nn.functional.one_hot(torch.tensor(places), 2).float()  # [heads, queries, keys]
        self.attention = heads[None, None]

    def attentions(self, tokens):
        return self.attention


def test_jensen_shannon_by_hand_and_as_scipy_has_it():
    sure, other = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    assert jensen_shannon(sure, other).item() == pytest.approx(math.log(2))
    assert jensen_shannon(sure, sure).item() == 0
    p, q = torch.rand(2, 5, generator=torch.Generator().manual_seed(0)).double()
    p, q = p / p.sum(), q / q.sum()
    assert jensen_shannon(p, q).item() == pytest.approx(jensenshannon(p, q) ** 2)


def test_the_nearest_pair_of_heads_by_hand():
    # Heads say where each of two places looks. The nearest pair agrees at place 1, not at place 2.
    one, other = Attends([0, 0]), Attends([1, 1], [0, 1])
    tokens = torch.ones(1, 2, dtype=torch.int64)
    found = _nearest([one, other], tokens, torch.tensor([2]))
    assert found.item() == pytest.approx((0 + math.log(2)) / 2)
    # Padding at place 2 is not looked at.
    assert _nearest([one, other], tokens, torch.tensor([1])).item() == 0


def test_a_model_is_like_itself_and_unlike_another():
    same, other = (attention_divergence(model(), reference, sequences()) for reference in (model(), model(1)))
    assert same.table.scalar("divergence") == pytest.approx(0, abs=1e-12)
    assert 0 < other.table.scalar("divergence") < math.log(2)


def test_means_follow_from_the_records():
    compared = attention_divergence(model(), model(1, heads=4), sequences(), rows=5, batch_size=2)
    rows = compared.records.rows
    assert rows.column_names == ["id", "layer_1", "layer_2"]
    assert len(rows) == 5
    layers = [rows[name].to_numpy().mean() for name in ("layer_1", "layer_2")]
    assert compared.by_layer.rows["value"].to_pylist() == pytest.approx(layers)
    assert compared.by_layer.rows["group"].to_pylist() == ["1", "2"]
    assert compared.table.scalar("divergence") == pytest.approx(sum(layers) / 2)


def test_refuses_other_depths_and_no_sequences():
    with pytest.raises(ValueError, match="2 layers has no counterpart in one with 3"):
        attention_divergence(model(), model(depth=3), sequences())
    with pytest.raises(ValueError, match="no sequences to look at"):
        attention_divergence(model(), model(), sequences().take([]))
