"""The two files beside a Snakefile that say where and how it runs: its configuration and its profile."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

PROFILE = """\
# Options of Snakemake for this workflow, wherever it runs: `snakemake --cores 2 --workflow-profile profile`.
# How many cores or jobs is not among them: here they would bound the threads of jobs on a cluster too.
keep-going: true
rerun-incomplete: true
# A job runs when its done file is missing; another wording of its rule makes no result another one.
rerun-triggers: mtime
printshellcmds: false

# For `--sdm apptainer`: the store lies outside of this folder, and jobs are told nothing of the user's
# environment. HELDOUT_APPTAINER_ARGS adds arguments; `--apptainer-args` would take the place of these.
"""


def configuration_text(store: str, prefixes: Mapping[str, str]) -> str:
    """`config.yaml`: the store, and what stands before the command of each rule."""
    return _yaml({"store": store, "launch": dict(prefixes)})


def written_prefixes(path: Path, store: str, rules: Iterable[str]) -> Mapping[str, str] | None:
    """What a `config.yaml` has before the commands of these rules; None where it is of another workflow.

    Args:
        path: of the file.
        store: that the file must name.
        rules: all that the workflow has.
    """
    try:
        content = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        prefixes = {str(rule): str(words) for rule, words in content["launch"].items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        return None
    return prefixes if content.get("store") == store and list(prefixes) == list(rules) else None


def profile_text(apptainer_arguments: str) -> str:
    """The profile of the workflow, with what its jobs need of `--sdm apptainer`."""
    return PROFILE + _yaml({"apptainer-args": apptainer_arguments})


def _yaml(content: Mapping[str, object]) -> str:
    """One entry a line, however long, since commands are read and copied whole.

    In ASCII: PyYAML writes some of Unicode's line ends in a way that it does not read back.
    """
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=False, width=float("inf"))
