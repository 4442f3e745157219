"""A parameter that takes components in order: each with all its parameters, its digest and its draws."""

import json

import pytest

from heldout.compiler.lower.shards import shard_files

STAGES = """
stages:
  source: {use: data/imported}
  model: {use: train/pictures, data: "${source.train}", MORE}
"""


def tasks(compiler, more, axes=""):
    """The tasks of the stage, in their order."""
    compiled = compiler(axes + STAGES.replace("MORE", more))
    found = [json.loads(text)["tasks"] for name, text in shard_files(compiled) if name.startswith("model/")]
    return [task for shard in found for task in shard]


def test_each_member_has_all_its_parameters_and_its_digest(compiler):
    (task,) = tasks(compiler, "augment: [{resize: {size: 8}}, horizontal_flip, {resize: {size: 4}}]")
    assert task["parameters"]["augment"] == [
        {"resize": {"size": 8}},
        {"horizontal-flip": {"probability": 0.5}},
        {"resize": {"size": 4}},
    ]
    assert task["parameters"]["preprocess"] is None
    assert sorted(task["components"]) == ["transforms/horizontal-flip", "transforms/resize"]


def test_order_tells_tasks_apart_and_a_list_of_none_is_the_default(compiler):
    def identity(more):
        return tasks(compiler, more)[0]["task"]

    flip_first = identity("augment: [horizontal-flip, {resize: {size: 8}}]")
    assert flip_first != identity("augment: [{resize: {size: 8}}, horizontal-flip]")
    assert identity("augment: []") == identity("seed: 0")


def test_lists_and_their_members_may_be_levels(compiler):
    axes = "axes: {size: [4, 8], how: {none: [], resized: [{resize: {size: '${size}'}}, horizontal-flip]}}"
    found = tasks(compiler, "augment: '${how}'", axes)
    lists = {json.dumps(task["parameters"]["augment"]) for task in found}
    flip = {"horizontal-flip": {"probability": 0.5}}
    assert lists == {
        json.dumps(one) for one in ([], [{"resize": {"size": 4}}, flip], [{"resize": {"size": 8}}, flip])
    }


def test_a_search_draws_what_members_leave_open(compiler):
    axes = "axes: {trial: {search: defaults, trials: 3, seed: 1}}"
    found = tasks(compiler, "search: '${trial}', augment: [horizontal-flip]", axes)
    assert len({task["parameters"]["augment"][0]["horizontal-flip"]["probability"] for task in found}) == 3


@pytest.mark.parametrize("written", ["horizontal-flip", "{resize: {size: 8}}", "8"])
def test_one_component_is_no_list(compiler, written):
    text = STAGES.replace("MORE", f"augment: {written}")
    (problem,) = compiler.diagnose(text)
    assert problem.code == "wrong-value" and "a list of transforms in order" in problem.message
