"""Profiles: whether they can be read, and whether Snakemake takes every option of theirs."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from heldout.compiler.environment import child_environment, own_python_path
from heldout.compiler.finding import Finding
from heldout.compiler.profiles import Profile, ProfileError, known_profiles, load_profile
from heldout.compiler.programs import PATIENCE_SECONDS
from heldout.compiler.words import how_to_install

# Several at once, since starting Snakemake takes a second. It ends a process that gives it what it
# does not know, with the reason on standard error.
PARSE = """
import contextlib, io, json, sys
from snakemake.cli import parse_args
said = {}
for folder in sys.argv[1:]:
    err = io.StringIO()
    try:
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
            parse_args(["--profile", folder, "--workflow-profile", "none"])
        said[folder] = None
    except (SystemExit, Exception) as error:
        lines = err.getvalue().strip().splitlines()
        said[folder] = lines[-1] if lines else repr(error)
print(json.dumps(said))
"""

NEEDS = {"slurm": "slurm", "kubernetes-shared": "kubernetes"}  # executors, and the plugin they rest on


def look_at_profiles(own: str | None) -> Iterator[Finding]:
    """The shipped profiles, and one of the user's own."""
    loaded: list[Profile] = []
    for name in [*known_profiles(), *([own] if own else [])]:
        try:
            profile = load_profile(name)
        except ProfileError as error:
            yield Finding(f"profile {name}", "doubtful", str(error), error.hint)
            continue
        plugin = NEEDS.get(profile.executor)
        if plugin and importlib.util.find_spec(f"snakemake_executor_plugin_{plugin}") is None:
            found, hint = f"needs the plugin {plugin}", how_to_install(plugin)
            yield Finding(f"profile {profile.name}", "absent", found, hint)
        else:
            loaded.append(profile)
    refused = _refused(loaded)
    for profile in loaded:
        why = refused.get(str(profile.folder))
        found = f"{profile.executor}, jobs of {profile.job_seconds} s, containers {profile.containers}"
        hint = f"mend {profile.folder / 'config.yaml'}"
        yield Finding(f"profile {profile.name}", "doubtful" if why else "fine", why or found, hint)


def _refused(profiles: Sequence[Profile]) -> dict[str, str]:
    """What Snakemake says against profiles, by folder."""
    folders = [str(profile.folder) for profile in profiles]
    plugins = [str(profile.plugins) for profile in profiles if profile.plugins]
    paths = os.pathsep.join([*plugins, *filter(None, [own_python_path(os.environ)])])
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", PARSE, *folders],
            env=child_environment({"PYTHONPATH": paths} if paths else None),
            capture_output=True,
            encoding="utf-8",
            timeout=4 * PATIENCE_SECONDS,
            check=False,
        )
        said = json.loads(done.stdout or "null")
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return dict.fromkeys(folders, f"Snakemake does not answer: {error}")
    if said is None:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return dict.fromkeys(folders, f"Snakemake does not start: {lines[-1]}")
    return {folder: why for folder, why in said.items() if why}
