"""What cannot be archived is said in words; test_verify.py archives a study that ran."""

from collections.abc import Callable
from pathlib import Path

Heldout = Callable[..., object]


def test_a_study_without_results_is_not_archived(heldout: Heldout, spec: Path, tmp_path: Path):
    answer = heldout("archive", spec.name, "-o", "study.zip")
    assert (answer.code, "nothing of my-study.yaml has been computed" in answer.err) == (2, True)
    assert not (tmp_path / "study.zip").exists()


def test_a_spec_with_another_suffix_is_not_archived(heldout: Heldout, spec: Path):
    spec.rename(spec.with_suffix(".txt"))
    answer = heldout("archive", "my-study.txt")
    assert (answer.code, "holds specs that end in .yaml or .yml" in answer.err) == (2, True)


def test_a_spec_with_mistakes_is_not_archived(heldout: Heldout, change: Callable[[str, str], None]):
    change("use: train/classifier", "use: train/clasifier")
    answer = heldout("archive", "my-study.yaml")
    assert (answer.code, "train/classifier" in answer.err) == (2, True)
