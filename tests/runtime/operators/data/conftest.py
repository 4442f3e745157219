import pytest

from heldout.runtime.operators.data.images.rotated_digits import rotated_digits


@pytest.fixture(scope="session")
def four_angles():
    """Four domains, of 450, 449, 449 and 449 rows: 1797 = 4 * 449 + 1."""
    return rotated_digits(angles=[0, 15, 30, 45])
