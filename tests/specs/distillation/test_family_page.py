"""The page's example works as it says."""

import re
from pathlib import Path

import pyarrow as pa

from heldout.runtime.artifacts import Predictions
from heldout.runtime.lookup import find, register_file

PAGE = Path(__file__).parents[3] / "docs/families/distillation.md"


def test_ranks_are_labels_from_0_to_1(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_labels.py").write_text(code)
    assert register_file(tmp_path / "my_labels.py") == ["my-labels/ranked"]
    scores = Predictions(pa.table({"id": ["x", "y", "z"], "score": [0.2, -0.4, 0.9]}))
    assert find("my-labels/ranked")(scores).rows["score"].to_pylist() == [0.5, 0.0, 1.0]
