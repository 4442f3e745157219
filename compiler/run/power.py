"""What a study's claims would detect: asked of the runtime, which knows the tests."""

import json
import tempfile
from pathlib import Path
from typing import Any

from heldout.compiler.compile import Compiled
from heldout.compiler.files import write_if_changed
from heldout.compiler.lower.report_plan import report_text
from heldout.compiler.refusal import Failed, Missing
from heldout.compiler.run.runtime import INSTALL, ask_runtime


def claim_powers(compiled: Compiled, store: Path) -> list[dict[str, Any]]:
    """For each claim, the effect that is found with probability 0.8.

    Raises:
        Missing: there is no runtime.
        Failed: it could not tell.
    """
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "report.json"
        write_if_changed(plan, report_text(compiled, None))
        beside = Path(compiled.study.file).parent
        own = [word for name in compiled.operator_files for word in ("--operators", beside / name)]
        done = ask_runtime("power", "--json", "--plan", plan, "--store", store, *own)
    if done.returncode == 0:
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    if "No module named" in last:
        raise Missing(f"the runtime is not installed: {last}", INSTALL)
    raise Failed(f"the power cannot be computed: {last}")
