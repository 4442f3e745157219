"""The tests over independent units, and their intervals, by the names that claims give them."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from heldout.runtime.statistics.centre import Statistic
from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.sign_flip import Tested, sign_flip, sign_flip_ends
from heldout.runtime.statistics.student import t_ends, t_test

UnitTest = Literal["sign-flip", "t"]

TESTS: Mapping[UnitTest, Callable[[np.ndarray, np.ndarray, Statistic], Tested]] = {
    "sign-flip": sign_flip,
    "t": t_test,
}

# What the test of the same name does not exclude: values, units, statistic, and the null.
ENDS: Mapping[UnitTest, Callable[[np.ndarray, np.ndarray, Statistic, float], Ends]] = {
    "sign-flip": sign_flip_ends,
    "t": t_ends,
}
