"""How many operators and components an edit renews: by whole files, and by what they reach."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from heldout.runtime.lookup import ROOT, named_files
from heldout.runtime.machine.catalog.digest import Digest, Digests


class Edit(NamedTuple):
    """A change of one file of the runtime.

    Attributes:
        what: in words.
        file: below `runtime/`.
        before: text that stands in it once.
        after: what stands there then.
    """

    what: str
    file: str
    before: str
    after: str


EDITS = (
    Edit(
        "a method of Dataset",
        "artifacts/dataset.py",
        "return tuple(names)",
        "return tuple(sorted(set(names)))",
    ),
    Edit("stable_seed", "seeds.py", '[:8], "big") >> 1', '[:8], "big") >> 2'),
    Edit(
        "the featurizer of hub networks",
        "models/hub_featurizer.py",
        "features.flatten(1)",
        "1 * features.flatten(1)",
    ),
    Edit(
        "the loop of gradient descent",
        "training/plan.py",
        "% self.record_every == 0",
        "% self.record_every == 1",
    ),
    Edit(
        "a docstring of the classifier's training",
        "classifier_training/training.py",
        '"""One training run',
        '"""A training run',
    ),
    Edit(
        "a comment in the loop",
        "training/fit.py",
        "\n\n\ndef fit(",
        "\n\n\n# The loop.\ndef fit(",
    ),
)


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row an edit: functions that there are, those that load the file, and those with another digest."""
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        root = Path(name) / "heldout"
        shutil.copytree(ROOT, root / "runtime", ignore=shutil.ignore_patterns("__pycache__"))
        before = _digests(root)
        for edit in EDITS[:1] if quick else EDITS:
            file = root / "runtime" / edit.file
            text = file.read_text(encoding="utf-8")
            if text.count(edit.before) != 1:
                raise ValueError(f"{edit.file} does not have this once: {edit.before!r}")
            file.write_text(text.replace(edit.before, edit.after), encoding="utf-8")
            after = _digests(root)
            file.write_text(text, encoding="utf-8")
            yield {
                "edit": edit.what,
                "functions": len(before),
                "by_files": sum(file in digest.files for digest in before.values()),
                "by_definitions": sum(after[name].text != digest.text for name, digest in before.items()),
            }


def _digests(root: Path) -> Mapping[str, Digest]:
    """The digest of every operator and component of a copy of the package."""
    digests = Digests(root)
    return {name: digests.at(path, path.stem) for name, path in named_files(root / "runtime")}
