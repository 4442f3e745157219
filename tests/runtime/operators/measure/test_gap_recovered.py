import pytest

from heldout.runtime.operators.measure.gap_recovered import gap_recovered


def test_by_hand():
    # From 0.6 to 0.9 is a gap of 0.3, of which the student comes 0.2 far.
    table = gap_recovered(0.6, 0.8, 0.9)
    assert table.scalar("gap_recovered") == pytest.approx(2 / 3)
    assert table.scalar("gain") == pytest.approx(0.2)
    assert table.scalar("gap") == pytest.approx(0.3)


def test_a_student_below_its_supervisor_recovers_less_than_nothing():
    assert gap_recovered(0.6, 0.5, 0.8).scalar("gap_recovered") == pytest.approx(-0.5)


@pytest.mark.parametrize("ceiling", [0.6, 0.603, 0.5])
def test_without_a_gap_there_is_nothing_to_recover(ceiling):
    with pytest.raises(ValueError, match="no gap to recover"):
        gap_recovered(0.6, 0.6, ceiling)


def tiny(tmp_path, hub):
    return {"weak": 0.25, "student": 0.5, "ceiling": 0.75}
