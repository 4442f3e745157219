import json

import pytest

from heldout.runtime.machine.domainbed.records import read_sweep


def test_a_line_is_read_as_domainbed_writes_it(write_sweep):
    sweep = read_sweep(write_sweep(datasets=["PACS"], algorithms=["ERM"]))
    assert sweep.unfinished == ()
    # 3 trials, 2 settings, 4 single and 6 double holdouts, 3 checkpoints.
    assert len(sweep.records) == 3 * 2 * (4 + 6) * 3
    first = sweep.records[0]
    assert (first.dataset, first.algorithm, first.test_envs, first.step) == ("PACS", "ERM", (0,), 0)
    assert len(first.in_accuracy) == len(first.out_accuracy) == 4


def test_a_run_that_has_not_ended_is_left_out_and_named(write_sweep):
    folder = write_sweep(datasets=["PACS"], algorithms=["ERM"], pairs=False)
    run = min(folder.iterdir())
    (run / "done").unlink()
    with (run / "results.jsonl").open("a") as file:
        file.write('{"step": 9')  # as a killed run leaves it
    sweep = read_sweep(folder)
    assert sweep.unfinished == (run.name,)
    assert run.name not in {record.run for record in sweep.records}


def test_what_is_no_sweep(tmp_path):
    with pytest.raises(ValueError, match="holds no finished run"):
        read_sweep(tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"args": ' * 100_000, "3", "[]", '{"args": 3}'])
def test_a_line_that_is_any_json_or_none_is_named_with_its_place(write_sweep, text):
    folder = write_sweep(datasets=["PACS"], algorithms=["ERM"], pairs=False)
    (min(folder.iterdir()) / "results.jsonl").write_text(text + "\n")
    with pytest.raises(ValueError, match=r"results\.jsonl:1 is no record of DomainBed"):
        read_sweep(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda line: line.pop("env2_in_acc"), "it has no 'env2_in_acc'"),
        (lambda line: line["args"].pop("trial_seed"), "it has no 'trial_seed'"),
        (lambda line: line.update(env0_in_acc=None), "must be a string or a real number"),
    ],
)
def test_a_damaged_line_is_named_with_its_place(write_sweep, change, said):
    folder = write_sweep(datasets=["PACS"], algorithms=["ERM"], pairs=False)
    path = min(folder.iterdir()) / "results.jsonl"
    lines = [json.loads(line) for line in path.open()]
    change(lines[1])
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(ValueError, match=r"results\.jsonl:2 is no record of DomainBed") as caught:
        read_sweep(folder)
    assert said in str(caught.value)
