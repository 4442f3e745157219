"""A study's own data, which its archive only names: where they are here, and that they are the same."""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.launch.own_data import own_data
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.checksum import checksum

Given = Mapping[str, Sequence[Path]]  # by the name of a stage


def located(scope: Scope, stages: Set[str], given: Given) -> dict[str, Path]:
    """Where the data lie that some stages read, by their checksums.

    Nothing is looked for where the archive's author had it: what a stranger's spec names is not opened.

    Args:
        scope: of the study.
        stages: that are to be computed.
        given: by the name of a stage, files and folders with what it reads.

    Raises:
        Refusal: a stage's data are not given, or are others, or the study has no such stage.
    """
    wanted: dict[str, set[str]] = {}
    for one in own_data(scope):
        wanted.setdefault(one.stage, set()).add(one.sha256)
    if unknown := sorted(given.keys() - wanted):
        known = f"those that do are {', '.join(sorted(wanted))}" if wanted else "none of its stages does"
        raise Refusal(f"the study has no stage {unknown[0]} that reads data of its author's", known)
    places = {}
    for stage, paths in sorted(given.items()):
        for path in paths:
            found = checksum(path)
            if found not in wanted[stage]:
                hint = f"the stage {stage} reads data with {' or '.join(sorted(wanted[stage]))}"
                raise Refusal(f"{path} has the checksum {found}", hint)
            places[found] = path.resolve()
    for stage in sorted(wanted.keys() & stages):
        if lacking := sorted(wanted[stage] - places.keys()):
            message = f"the stage {stage} reads data of its author's, with the checksum {lacking[0]}"
            raise Refusal(message, f"--data {stage}=PATH says where they are here")
    return places
