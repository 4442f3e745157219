"""The page's example of a task works as it says."""

import re
from pathlib import Path

from heldout.runtime.lookup import register_file
from heldout.runtime.operators.data.text.string_tasks import string_tasks

PAGE = Path(__file__).parents[3] / "docs/families/length-generalization.md"


def test_the_pages_task_can_be_trained_on(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_tasks.py").write_text(code)
    assert register_file(tmp_path / "my_tasks.py") == ["string-tasks/more-ones"]
    split = string_tasks(task="more-ones", longest=5, longest_test=9, train_rows=50, seed=1)
    for text in split.train.rows["text"].to_pylist():
        bits, answer = text.split(" = ")
        assert answer == ("yes" if bits.count("1") > bits.count("0") else "no")
