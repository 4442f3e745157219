import pytest

from heldout.compiler.words import counted, duration, how_to_install


def test_a_number_of_things():
    assert [counted(n, "task") for n in (0, 1, 2, 12345)] == ["0 tasks", "1 task", "2 tasks", "12,345 tasks"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.3141, "0.31 s"),
        (1, "1 s"),
        (12.34, "12 s"),
        (89.4, "89 s"),
        (90, "1.5 min"),  # 90 / 60
        (3600, "60 min"),
        (5400, "1.5 h"),  # 5400 / 3600
        (432_000, "120 h"),
        (36_000_000, "10,000 h"),
    ],
)
def test_times(seconds, words):
    assert duration(seconds) == words


def test_how_to_install_a_part():
    assert how_to_install() == "pip install heldout"
    assert how_to_install("runtime") == "pip install 'heldout[runtime]'"
