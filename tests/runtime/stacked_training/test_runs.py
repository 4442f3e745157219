import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.groups import grouped, groups
from heldout.runtime.operator import Interrupted, NotStackable
from heldout.runtime.operators.train.classifier import classifier, classifiers, stack_key
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.stacked_training import runs as stacked_runs

USUAL = {"resources": NONE_ASKED, "dropout": 0.0, "keep_every": None, "augment": [], "preprocess": None}
DEFAULTS = {
    "start": None,
    "network": {"mlp": {"width": 8}},
    "objective": "sagnet",  # it draws, and has a network of its own
    "steps": 12,
    "batch_size": 6,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "optimizer": "adam",
    "precision": "float32",
    "record_every": 4,
    "seed": 0,
}


class StopBefore(StopSignal):
    """A signal that has arrived when it is looked for once more than this."""

    def __init__(self, looks):
        self.looks = looks

    @property
    def received(self):
        self.looks -= 1
        return 15 if self.looks < 0 else None


def call(data, checkpoint=None, **more):
    given = {"data": data, "checkpoint": checkpoint or Checkpoint(), **USUAL, **DEFAULTS, **more}
    return grouped(given, groups(classifier))


def assert_close(trained, expected):
    for name, weight in expected.model.weights.items():
        torch.testing.assert_close(trained.model.weights[name], weight, rtol=1e-4, atol=1e-6)
    rows, others = trained.curve.rows.to_pylist(), expected.curve.rows.to_pylist()
    assert [row["step"] for row in rows] == [row["step"] for row in others]
    assert [row["value"] for row in rows] == pytest.approx([row["value"] for row in others], rel=1e-5)


def test_a_stack_gives_what_each_call_gives(make_data):
    calls = [call(make_data(), seed=seed) for seed in range(3)]
    for trained, given in zip(classifiers(calls), calls, strict=True):
        assert_close(trained, classifier(**given))


def test_a_start_is_each_members_own(make_data):
    data = make_data()
    starts = [classifier(**call(data, seed=seed, steps=3)).model for seed in (5, 6)]
    calls = [call(data, start=start, seed=1) for start in starts]
    assert stack_key(calls[0]) == stack_key(calls[1])
    for trained, given in zip(classifiers(calls), calls, strict=True):
        assert_close(trained, classifier(**given))


def test_a_loss_that_is_not_a_number_ends_its_member_alone(make_data):
    data = make_data()
    broken = Dataset(data.rows, {"x": data.x * float("nan")}, data.classes)
    calls = [call(data), call(broken), call(data, seed=1)]
    first, failed, last = classifiers(calls)
    assert isinstance(failed, ValueError) and str(failed) == "the loss is nan at step 0"
    assert_close(first, classifier(**calls[0]))
    assert_close(last, classifier(**calls[2]))


def test_a_member_that_cannot_begin_fails_alone(make_data):
    calls = [call(make_data()), call(make_data().take([])), call(make_data(), seed=1)]
    first, failed, _ = classifiers(calls)
    assert isinstance(failed, ValueError) and "no examples" in str(failed)
    assert_close(first, classifier(**calls[0]))


@pytest.mark.parametrize("looks", [1, 7])
def test_a_stopped_stack_goes_on_alone_or_as_a_stack(make_data, tmp_path, looks):
    data = make_data()
    whole = [classifier(**call(data, seed=seed)) for seed in range(3)]

    def stop():
        signal = StopBefore(looks)
        calls = [call(data, Checkpoint(tmp_path / str(seed), signal), seed=seed) for seed in range(3)]
        with pytest.raises(Interrupted):
            classifiers(calls)
        return [call(data, Checkpoint(tmp_path / str(seed)), seed=seed) for seed in range(3)]

    calls = stop()
    steps = [given["checkpoint"].load()[1]["step"] for given in calls]
    assert len(set(steps)) == 1
    for expected, given in zip(whole, calls, strict=True):
        assert_close(classifier(**given), expected)
    for expected, trained in zip(whole, classifiers(calls), strict=True):
        assert_close(trained, expected)


def test_runs_stopped_alone_go_on_as_a_stack(make_data, tmp_path):
    data = make_data()
    calls = []
    for seed in range(2):
        with pytest.raises(Interrupted):
            classifier(**call(data, Checkpoint(tmp_path / str(seed), StopBefore(5)), seed=seed))
        calls.append(call(data, Checkpoint(tmp_path / str(seed)), seed=seed))
    assert stack_key(calls[0]) == stack_key(calls[1]) != stack_key(call(data))
    for seed, trained in enumerate(classifiers(calls)):
        assert_close(trained, classifier(**call(data, seed=seed)))


def test_a_long_stack_saves_its_members_on_the_way(make_data, tmp_path, monkeypatch):
    monkeypatch.setattr(stacked_runs, "SAVED_SECONDS", -1.0)
    calls = [call(make_data(), Checkpoint(tmp_path / str(seed)), seed=seed) for seed in range(2)]
    classifiers(calls)
    assert [given["checkpoint"].load()[1]["step"] for given in calls] == [11, 11]  # before the last


def test_key_tells_what_may_differ(make_data):
    data = make_data()
    irm = {"irm": {"penalty": 3.0, "anneal_steps": 5}}
    key = stack_key(call(data, objective=irm))
    other = {"objective": {"irm": {"penalty": 9.0}}, "seed": 3, "learning_rate": 1.0, "weight_decay": 0.1}
    assert stack_key(call(make_data(seed=4), **other)) == key
    for changes in (
        {"objective": "erm"},
        {"objective": {"irm": {"penalty": 0.0, "anneal_steps": 5}}},  # 0 may leave a term out
        {"network": "linear"},
        {"steps": 13},
        {"batch_size": 7},
        {"optimizer": "sgd"},
        {"precision": "bfloat16"},
        {"data": make_data(sizes=(20, 20))},
    ):
        assert stack_key(call(**{"data": data, "objective": irm} | changes)) != key
    one, two = ({"mldg": {"num_meta_test": count, "beta": count}} for count in (1, 2))
    assert stack_key(call(data, objective=one)) != stack_key(call(data, objective=two))


def test_measuring_leaves_no_trace(make_data, tmp_path):
    calls = [call(make_data(), Checkpoint(tmp_path / str(seed)), seed=seed) for seed in range(3)]
    expected = classifier(**call(make_data()))
    for together in (False, True):
        speed = stacked_runs.measure_speed(calls, together)
        assert speed.seconds_per_step > 0
    assert not list(tmp_path.iterdir())
    again = classifier(**calls[0])
    assert all(torch.equal(again.model.weights[k], w) for k, w in expected.model.weights.items())


def test_memory_of_a_member_by_hand(make_data):
    # Linear on 5 features, 3 classes: 18 weights; 3 domains of 6 examples of 5 numbers; the
    # flattened input and the logits are put out.
    run = stacked_runs.begin_all([call(make_data(), network="linear", objective="erm")])[0][0]
    assert stacked_runs.member_bytes(run.training) == 4 * (4 * 18 + 18 * 5 + 3 * (18 * 5 + 18 * 3))


def test_measuring_refuses_what_cannot_be_stacked(make_data):
    calls = [call(make_data(), network={"mlp": {"dropout": 0.5}}, seed=seed) for seed in range(2)]
    assert stacked_runs.measure_speed(calls, False).seconds_per_step > 0
    with pytest.raises(NotStackable, match="dropout"):
        stacked_runs.measure_speed(calls, True)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"optimizer": "adamw"}, "optimizer"),
        ({"optimizer": {"sgd": {"momentum": 0.9}}}, "optimizer"),
        ({"clip": 1.0}, "clipped"),
        ({"average": 0.9}, "average"),
        ({"keep_every": 2}, "kept on the way"),
        ({"dropout": 0.1}, "dropped"),
        ({"resources": Resources(micro_batch=8)}, "micro_batch"),
    ],
)
def test_what_a_stack_has_not_is_never_stacked(make_data, asked, why):
    assert stack_key(call(make_data())) is not None
    with pytest.raises(NotStackable, match=why):
        stack_key(call(make_data(), **asked))


def test_schedules_and_warm_ups_may_differ_in_a_stack(make_data):
    paces = ({"schedule": "cosine"}, {"schedule": "linear", "warmup": 0.25}, {"warmup": 0.5})
    calls = [call(make_data(), objective="fish", **pace) for pace in paces]
    assert len({stack_key(given) for given in calls}) == 1
    for trained, given in zip(classifiers(calls), calls, strict=True):
        assert_close(trained, classifier(**given))
