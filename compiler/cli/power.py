"""What a study's claims would detect: asked of the runtime, which knows the tests."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from heldout.compiler.compile import Compiled
from heldout.compiler.lower.report_plan import report_text
from heldout.compiler.run.environment import runtime_environment
from heldout.compiler.terminal import FAILED, MISSING, stop


def claim_powers(compiled: Compiled, store: Path) -> list[dict[str, Any]]:
    """For each claim, the effect that is found with probability 0.8; ends where there is no runtime."""
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "report.json"
        plan.write_text(report_text(compiled, None), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "heldout.runtime", "power", "--json"]
        command += ["--plan", str(plan), "--store", str(store)]
        done = subprocess.run(command, env=runtime_environment(), capture_output=True, text=True, check=False)
    if done.returncode == 0:
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    if "No module named" in last:
        stop(f"the runtime is not installed: {last}", MISSING, "pip install 'heldout[runtime]'")
    stop(f"the power cannot be computed: {last}", FAILED)


def power_words(power: dict[str, Any]) -> tuple[str, str]:
    """What a claim would detect: a number with its meaning, and where it is from."""
    if power["problem"]:
        return "-", power["problem"]
    standardized = f"{power['standardized']:.3g}"
    if power["measure"] == "correlation":
        return standardized, "a correlation"
    what = "a margin" if power["measure"] == "margin" else "from the claim's edge"
    if power["effect"] is None:
        return f"{standardized} SD", f"{what}, in standard deviations of the units' means"
    pilot = f"{power['pilot_units']} units in the store vary by {power['spread']:.3g}"
    return f"{power['effect']:.3g}", f"{what}, in the metric's unit: {pilot}"
