"""What a reproduction costs, by what the archived tasks took."""

from collections.abc import Mapping
from dataclasses import dataclass

from heldout.compiler.compile import Compiled
from heldout.compiler.reproduce.archived import ArchivedTask
from heldout.compiler.reproduce.selection import PlannedCell


@dataclass(frozen=True)
class StagePrice:
    """One stage.

    Attributes:
        tasks: that are computed again, of so many that the study has.
        jobs: that begin with this stage.
        seconds: of work in all its tasks, as long as they took when they were archived.
        guessed: tasks whose time the archive does not say; the plan's own guess stands for it.
        network: they fetch from the network.
    """

    name: str
    tasks: int
    of: int
    jobs: int
    seconds: float
    guessed: int
    network: bool


def price_of(
    compiled: Compiled, whole: Compiled, cells: list[PlannedCell], archived: Mapping[str, ArchivedTask]
) -> tuple[StagePrice, ...]:
    """The price of every stage that is computed again.

    Args:
        compiled: the study with the tasks that are computed again.
        whole: the study with all of them.
        cells: the tasks.
        archived: what is known of them.
    """
    all_tasks = {stage.name: stage.tasks for stage in whole.plan.stages}
    prices = []
    for stage in compiled.plan.stages:
        tasks = [cell.task for cell in cells if cell.stage == stage.name]
        if not tasks:
            continue
        known = [archived[task].seconds for task in tasks if task in archived and archived[task].seconds]
        guessed = len(tasks) - len(known)
        prices.append(
            StagePrice(
                name=stage.name,
                tasks=len(tasks),
                of=all_tasks[stage.name],
                jobs=len(stage.shards) if stage.lead == stage.name else 0,
                seconds=round(sum(known) + guessed * stage.seconds, 3),
                guessed=guessed,
                network=compiled.expansions[stage.name].operator.network,
            )
        )
    return tuple(prices)
