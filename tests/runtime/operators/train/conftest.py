"""What the tests of training share: small labelled data of several domains."""

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset


@pytest.fixture
def make_data():
    """Builds data of domains with these many rows: 5 features, 3 classes; x[:, 4] is the row's number."""

    def build(sizes=(20, 20, 20), seed=0, named=True):
        g = torch.Generator().manual_seed(seed)
        count = sum(sizes)
        label = torch.randint(0, 3, (count,), generator=g)
        x = torch.randn(count, 5, generator=g) + 2 * torch.nn.functional.one_hot(label, 5)
        x[:, 4] = torch.arange(count) / count
        columns = {"id": [str(i) for i in range(count)], "label": label.numpy()}
        if named:
            columns["domain"] = [f"d{d}" for d, size in enumerate(sizes) for _ in range(size)]
        return Dataset(pa.table(columns), {"x": x}, ("a", "b", "c"))

    return build
