"""Reports of a small study."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heldout.runtime.machine.report.build import write_report
from heldout.runtime.machine.report.provenance import provenance
from heldout.runtime.results.gather import gather


@pytest.fixture
def report(declared: dict[str, Any], store: Any, plan_of: Any, tmp_path: Path) -> Callable[..., Path]:
    """Write the small study's report; returns its page."""

    def write(still: bool = False, **changes: Any) -> Path:
        plan = plan_of(declared | changes)
        tasks = {task for stage in plan.stages.values() for task in stage.cells if task}
        results = gather(plan, store, tmp_path / "done")
        write_report(plan, results, provenance(tasks, store), tmp_path / "study" / "report", still)
        return tmp_path / "study" / "report" / "index.html"

    return write
