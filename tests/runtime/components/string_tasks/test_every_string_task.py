"""What holds for every string task, and each by examples."""

import numpy as np
import pytest

from heldout.runtime.components.string_tasks.contract import letters
from heldout.runtime.components.string_tasks.scan import commands
from heldout.runtime.lookup import find

NAMES = (
    "addition",
    "copy",
    "lego",
    "parity",
    "pcfg",
    "polynomial",
    "reverse",
    "scan",
    "sort",
    "summation",
)


class Says:
    """A generator that draws what it is told."""

    def __init__(self, *drawn):
        self.drawn = iter(drawn)

    def integers(self, *args, **kwargs):
        return np.array(next(self.drawn))

    choice = integers


def answer(name, drawn, **parameters):
    task = find(f"string_tasks/{name}")(**parameters)
    question, said = task.draw(np.shape(drawn)[-1], Says(drawn))
    return " ".join(question), " ".join(said)


@pytest.mark.parametrize("name", NAMES)
def test_draws_are_of_its_words_and_follow_the_generator(name):
    task = find(f"string_tasks/{name}")()
    for length in (1, 2, 6):
        one, same = (task.draw(length, np.random.default_rng(3)) for _ in range(2))
        assert one == same
        assert set(one.question) | set(one.answer) <= set(task.words)
        assert one.answer
    assert len(set(task.words)) == len(task.words)


def test_strings_by_hand():
    assert answer("copy", [0, 2, 1]) == ("a c b", "a c b")
    assert answer("reverse", [0, 2, 1]) == ("a c b", "b c a")
    assert answer("sort", [1, 0, 1]) == ("b a b", "a b b")


def test_parity_by_hand():
    # Ones so far: 1, 1, 2.
    assert answer("parity", [1, 0, 1]) == ("1 0 1", "even")
    assert answer("parity", [1, 0, 1], scratchpad="states") == ("1 0 1", "odd odd even")
    assert answer("parity", [1, 0, 1], scratchpad="steps") == ("1 0 1", "1 odd 0 odd 1 even")


def test_addition_by_hand():
    # Digits are drawn lowest first: 17 + 85 = 102, with carries 1 (7 + 5) and 1 (1 + 8 + 1).
    drawn = [[7, 1], [5, 8]]
    assert answer("addition", drawn) == ("1 7 + 8 5", "1 0 2")
    assert answer("addition", drawn, order="lowest-first") == ("7 1 + 5 8", "2 0 1")
    assert answer("addition", drawn, scratchpad="carries") == ("1 7 + 8 5", "1 1 : 1 0 2")
    assert answer("addition", drawn, scratchpad="steps") == ("1 7 + 8 5", "7 5 2 1 1 8 0 1 : 1 0 2")


def test_sums_and_polynomials_modulo_ten_by_hand():
    assert answer("summation", [7, 2, 4]) == ("7 + 2 + 4", "3")  # of 13
    assert answer("summation", [7, 2, 4], scratchpad="states") == ("7 + 2 + 4", "7 9 3")
    # At 2, 3 + 1 x + 1 x^2 is 9, and with 2 x^3 it is 25.
    question, said = find("string_tasks/polynomial")().draw(3, Says(2, [3, 1, 1]))
    assert (" ".join(question), said) == ("2 : 3 1 1", ["9"])
    assert find("string_tasks/polynomial")().draw(4, Says(2, [3, 1, 1, 2])).answer == ["5"]
    steps = find("string_tasks/polynomial")(scratchpad="states")
    assert steps.draw(4, Says(2, [3, 1, 1, 2])).answer == ["3", "5", "9", "5"]


def test_a_first_coefficient_does_not_give_a_polynomial_away():
    # At 2 the other terms are even, so that five digits are left; at 3 all ten are. What is said most often
    # for a first coefficient is thus right in (1/5 + 1/10) / 2 = 0.15 of the questions that begin with it.
    task = find("string_tasks/polynomial")()
    rng = np.random.default_rng(0)
    examples = [task.draw(7, rng) for _ in range(4000)]
    assert {example.question[0] for example in examples} == {"2", "3"}
    for first in "0123":
        said = [example.answer[0] for example in examples if example.question[2] == first]
        assert max(said.count(digit) for digit in "0123456789") < 0.2 * len(said)


def test_signs_along_a_chain_by_hand():
    # Names b, x, a; turns +, -, +: one minus in all.
    question, said = find("string_tasks/lego")().draw(3, Says([1, 23, 0], [0, 1, 0]))
    assert " ".join(question) == "b + 1 x - b a + x ? a"
    assert said == ["-"]
    assert find("string_tasks/lego")().draw(2, Says([1, 23], [1, 1])).answer == ["+"]
    steps = find("string_tasks/lego")(scratchpad="states")
    assert steps.draw(3, Says([1, 23, 0], [0, 1, 0])).answer == ["+", "-", "-"]


def test_functions_of_strings_by_hand():
    def of(functions, string):
        task = find("string_tasks/pcfg")(functions=len(functions))
        question, said = task.draw(len(string), Says(functions, string))
        return " ".join(question), " ".join(said)

    assert of([0], [0, 2, 1]) == ("COPY a c b", "a c b")
    assert of([1], [0, 2, 1]) == ("REVERSE a c b", "b c a")
    assert of([2], [0, 2, 1]) == ("SHIFT a c b", "c b a")
    assert of([3], [0, 2, 1]) == ("SWAP a c b", "b c a")
    assert of([3], [0, 2, 1, 3]) == ("SWAP a c b d", "d c b a")
    assert of([3], [0]) == ("SWAP a", "a")
    assert of([4], [0, 2, 1]) == ("ECHO a c b", "a c b b")
    # The last function comes first: shifted, `c b a`; with its last letter twice, `c b a a`.
    assert of([4, 2], [0, 2, 1]) == ("ECHO SHIFT a c b", "c b a a")


def test_sums_are_right():
    task = find("string_tasks/addition")()
    rng = np.random.default_rng(0)
    for _ in range(50):
        question, said = task.draw(5, rng)
        first, second = "".join(question).split("+")
        assert int(first) + int(second) == int("".join(said))


def test_scan_has_the_commands_of_its_paper():
    # Figure 6 and section 2 of the paper: how many there are, and commands with their actions.
    known = {" ".join(command): " ".join(actions) for command, actions in commands()}
    assert len(commands()) == len(known) == 20910
    assert known["jump"] == "JUMP"
    assert known["jump left"] == "LTURN JUMP"
    assert known["jump around right"] == "RTURN JUMP RTURN JUMP RTURN JUMP RTURN JUMP"
    assert known["turn left twice"] == "LTURN LTURN"
    assert known["jump opposite left after walk around left"] == (
        "LTURN WALK LTURN WALK LTURN WALK LTURN WALK LTURN LTURN JUMP"
    )
    assert known["jump thrice and turn left"] == "JUMP JUMP JUMP LTURN"
    assert max(len(actions) for _, actions in commands()) == 48


def test_refuses_more_letters_than_there_are():
    assert letters(3) == ("a", "b", "c")
    for count in (1, 53):
        with pytest.raises(ValueError, match="symbols are 2 to 52 letters"):
            letters(count)
