"""The page's example of a method works as it says."""

import re
from pathlib import Path

import torch

from heldout.runtime.components.routers.contract import Pool, Tokens
from heldout.runtime.lookup import find, register_file
from heldout.runtime.models.low_rank import Update

PAGE = Path(__file__).parents[3] / "docs/families/peft-adaptation.md"


def test_tokens_go_to_the_adapter_that_changes_their_direction_most(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_routers.py").write_text(code)
    assert register_file(tmp_path / "my_routers.py") == ["routers/arrow"]
    # The first adapter reads the first feature alone, the second the second.
    update = Update(torch.eye(2)[:, None, :], torch.tensor([[[2.0]], [[5.0]]]))
    pool = Pool(("one", "two"), {"q": update}, {}, {}, None)
    tokens = Tokens("q", torch.tensor([[[3.0, 1.0], [0.0, -4.0]]]), torch.ones(1, 1))
    weights = find("routers/arrow")(pool, tokens, k=1)
    assert weights.tolist() == [[[1.0, 0.0], [0.0, 1.0]]]
