"""Every case has its turn, and what is tried is a function of the turn alone."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.turns import in_turn

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("count", [3, 10, 11, 107])
def test_ten_turns_in_a_row_try_every_case_once(count, monkeypatch):
    tried = Counter()
    for turn in range(1234, 1244):
        monkeypatch.setenv("HELDOUT_TURN", str(turn))
        chosen = in_turn(range(count), 10)
        assert len(chosen) in (count // 10, count // 10 + 1)
        tried.update(chosen)
    assert tried == Counter(range(count))


def test_without_a_turn_it_is_the_first_part(monkeypatch):
    monkeypatch.delenv("HELDOUT_TURN", raising=False)
    assert list(in_turn("abcdefg", 3)) == ["a", "d", "g"]


def test_the_command_prints_paths_in_the_same_order_however_they_are_given():
    # Sorted: a/x b/y c/z; with turn 4 of 3 parts it is the second's.
    for given in (["c/z", "a/x", "b/y"], ["b/y", "c/z", "a/x"]):
        command = [sys.executable, "-m", "tests.turns", "3", *given]
        environment = os.environ | {"HELDOUT_TURN": "4"}
        said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        assert said.stdout == "b/y\n"
