"""The page's example of a method works as it says."""

import re
from pathlib import Path

from heldout.runtime.lookup import find, register_file
from heldout.runtime.operators.data.rows.bin_rows import bin_rows
from heldout.runtime.operators.data.text.arithmetic_items import arithmetic_items

PAGE = Path(__file__).parents[3] / "docs/families/easy-to-hard.md"


def test_a_difficulty_of_ones_own(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_difficulty.py").write_text(code)
    assert register_file(tmp_path / "my_difficulty.py") == ["my-difficulty/by-length"]
    items = arithmetic_items(practice=1, bench=60, seed=0).bench
    found = find("my-difficulty/by-length")(items)
    # A sum of k terms has k numbers, k - 1 pluses, an equals sign and the answer.
    assert found.rows["difficulty"].to_pylist() == [2 * k + 1 for k in items.rows["terms"].to_pylist()]
    easy, hard = (bin_rows(items, found, column="difficulty", bins=2, bin=place) for place in (0, 1))
    assert max(easy.rows["terms"].to_pylist()) <= min(hard.rows["terms"].to_pylist())
