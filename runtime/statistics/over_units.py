"""The tests over independent units, by the names that claims give them."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from heldout.runtime.statistics.centre import Statistic
from heldout.runtime.statistics.sign_flip import Tested, sign_flip
from heldout.runtime.statistics.student import t_test

UnitTest = Literal["sign-flip", "t"]

TESTS: Mapping[UnitTest, Callable[[np.ndarray, np.ndarray, Statistic], Tested]] = {
    "sign-flip": sign_flip,
    "t": t_test,
}
