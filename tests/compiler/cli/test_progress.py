from heldout.compiler.cli.progress import Display
from heldout.compiler.run.events import Progress, StageProgress


def progress(ended: int, running: bool = True) -> Progress:
    model = StageProgress(4, computed=ended, seconds=3.0 * ended, seconds_per_task=3.0)
    return Progress({"model": model}, at_once=2, running=running)


def test_a_log_is_told_now_and_then_and_never_twice(capsys, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    with Display() as display:
        for seconds, ended in ((0, 0), (1, 1), (12, 1), (24, 1), (36, 3)):
            clock[0] = 100.0 + seconds
            display.progressed(progress(ended))
        display.progressed(progress(4, running=False))
        display.note("something else")
    # Four tasks of three seconds on two cores: six seconds, and so on.
    assert capsys.readouterr().err.splitlines() == [
        "model: 0/4 tasks, 6 s left",
        "model: 1/4 tasks, 4.5 s left",
        "model: 3/4 tasks, 1.5 s left",
        "something else",
    ]
