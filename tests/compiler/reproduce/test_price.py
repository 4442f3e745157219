from heldout.compiler.reproduce.archived import ArchivedTask
from heldout.compiler.reproduce.price import price_of
from heldout.compiler.reproduce.selection import planned_cells, restricted, select


def test_the_price_is_what_the_archived_tasks_took(study):
    chosen = select(study, claim="faster")
    compiled = restricted(study, chosen.tasks, {})
    cells = list(planned_cells(compiled))
    models = [cell.task for cell in cells if cell.stage == "model"]
    archived = {
        task: ArchivedTask("train/classifier", {}, 2.0, 0, False, {}) for task in models[:4]
    }  # the archive does not say it of two
    prices = {one.name: one for one in price_of(compiled, study, cells, archived)}
    guess = next(stage.seconds for stage in compiled.plan.stages if stage.name == "model")
    model = prices["model"]
    assert (model.tasks, model.of, model.guessed) == (6, 18, 2)
    assert model.seconds == round(4 * 2.0 + 2 * guess, 3)
    assert sum(one.jobs for one in prices.values()) == compiled.plan.num_jobs
