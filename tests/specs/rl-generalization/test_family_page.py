"""The page's example of a method works as it says."""

import re
from pathlib import Path

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.lookup import find, register_file
from heldout.runtime.operators.data.control.collect_logs import collect_logs
from heldout.runtime.operators.data.control.levels import levels
from heldout.runtime.operators.reinforcement.behavioural_cloning import behavioural_cloning

PAGE = Path(__file__).parents[3] / "docs/families/rl-generalization.md"


def test_the_best_episodes_can_be_cloned(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_logs.py").write_text(code)
    assert register_file(tmp_path / "my_logs.py") == ["my-logs/best-episodes"]
    pool = levels(environment={"maze": {"side": 5, "radius": 2}}, train=8, select=1, test=1).train
    logs = collect_logs(pool, transitions=600, noise=[0.0, 0.8])
    best = find("my-logs/best-episodes")(logs, share=0.25)
    # Half of the episodes are an expert's, so that the best quarter holds hardly any other.
    noise = best.rows["noise"].to_pylist()
    assert len(best) < len(logs) / 4
    assert noise.count(0.0) > 0.9 * len(noise)
    learned = behavioural_cloning(best, checkpoint=Checkpoint(), network="linear", steps=3)
    assert learned.model.config["num_classes"] == 4
