"""The page's example of a method works as it says."""

import re
from pathlib import Path

import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.lookup import register_file
from heldout.runtime.models.dual_encoder import Sizes, build_dual_encoder
from heldout.runtime.operators.data.images.captioned_shapes import captioned_shapes
from heldout.runtime.operators.train.prompts import prompts
from tests.fixtures.written import written

prompts = written(prompts)

PAGE = Path(__file__).parents[3] / "docs/families/vlm-prompt-learning.md"


def test_a_way_of_prompting_of_ones_own(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_prompts.py").write_text(code)
    assert register_file(tmp_path / "my_prompts.py") == ["prompts/deep-text"]
    data = captioned_shapes(count=12, side=8, colours=["red"], shapes=["bar", "ring"])
    sizes = Sizes(width=8, depth=2, heads=2, features=4, patch_size=4)
    clip = build_dual_encoder(sizes, 8, ["a photo of a red bar ring ."], 12, seed=0).model()
    learner = {"deep-text": {"depth": 2}}
    made = prompts(data, clip, checkpoint=Checkpoint(), learner=learner, steps=1, batch_size=4)
    assert {name: tuple(weight.shape) for name, weight in made.prompts.weights.items()} == {
        "context.0": (2, 8),
        "context.1": (2, 8),
    }
    assert all(torch.isfinite(weight).all() for weight in made.prompts.weights.values())
