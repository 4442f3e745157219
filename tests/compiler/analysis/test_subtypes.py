"""Subtypes are followed by levels, and shipped operators say what a study cannot do."""

import time

import pytest

from heldout.compiler.analysis.arrivals import merged
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.subtypes import Subtypes
from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import compile_spec
from tests.compiler.conftest import Compiler

SHIPPED = load_catalog()
COMMIT = "0" * 40
TOKENIZER = f"hub: {{use: fetch/model, repository: a/b, revision: '{COMMIT}'}}"
PROMPTED = (
    f"data: {{use: data/prompted-text, tokenizer: '${{hub}}', task: a, repository: a/b, revision: '{COMMIT}',"
    " template: '{text}', label: label, answers: [no, yes]}"
)
TASKS = "tasks: {use: data/string-tasks, task: copy}"
LEVELS = "levels: {use: data/levels, environment: maze}"


def mistakes(catalog: Catalog, *stages: str) -> list[str]:
    text = "heldout: 1\nstudy: a\nstages:\n" + "".join(f"  {stage}\n" for stage in stages)
    return [
        d.message for d in compile_spec(text.encode(), "a.yaml", None, catalog)[1] if d.severity == "error"
    ]


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (
            (TOKENIZER, PROMPTED, "model: {use: train/language-model, data: '${data.train}'}"),
            "and `data.train` (data/prompted-text) is a Dataset of prompts",
        ),
        (
            (
                TASKS,
                "model: {use: train/language-model, data: '${tasks.train}'}",
                "adapter: {use: adapters/lora, base: '${model}', data: '${tasks.train}'}",
            ),
            "`base` of adapters/lora takes a Model (encoder-decoder), and"
            " `model.model` (train/language-model) is a Model (causal language model)",
        ),
        (
            (
                "data: {use: data/rotated-digits}",
                "split: {use: data/random-split, data: '${data}'}",
                "model: {use: train/classifier, data: '${split.train}', keep_every: 10}",
                "along: {use: evaluate/trajectory, trajectory: '${model.trajectory}',"
                " data: '${split.select}'}",
                "best: {use: select/step, trajectory: '${model.trajectory}', scores: '${along}'}",
                "patients: {use: data/diabetes-progression}",
                "score: {use: evaluate/regression, model: '${best.model}', data: '${patients}'}",
            ),
            "`model` of evaluate/regression takes a Model (regressor), and"
            " `best.model` (select/step) is a Model (classifier)",
        ),
        (
            (LEVELS, "model: {use: train/classifier, data: '${levels.train}'}"),
            "`data` of train/classifier takes a Dataset of images, captioned images, features, encoded texts"
            " or sums, and `levels.train` (data/levels) is a Dataset of levels",
        ),
        (
            (
                TASKS,
                "model: {use: train/sequence-to-sequence, data: '${tasks.train}'}",
                "score: {use: evaluate/exact-match, model: '${model}', data: '${tasks.test}'}",
            ),
            "`model` of evaluate/exact-match takes a Model (causal language model), and"
            " `model.model` (train/sequence-to-sequence) is a Model (encoder-decoder)",
        ),
        (
            (
                "table: {use: data/import-table, path: a.csv, sha256: '" + "0" * 64 + "', features: [a],"
                " label: b, task: regression}",
                "model: {use: train/classifier, data: '${table}'}",
            ),
            "sums, and `table.dataset` (data/import-table) is a Dataset of measurements",
        ),
    ],
    ids=[
        *("prompts-for-a-decoder", "lora-of-a-decoder", "a-step-of-a-classifier", "levels-for-a-classifier"),
        *("model", "by-a-parameter"),
    ],
)
def test_what_shipped_operators_cannot_do_does_not_compile(stages: tuple[str, ...], message: str):
    (found,) = mistakes(SHIPPED, *stages)
    assert message in found


@pytest.mark.parametrize("image", ["features: [a]", "image: picture"])
def test_what_a_parameter_decides(image: str):
    data = f"data: {{use: data/huggingface, repository: a/b, revision: '{COMMIT}', label: b, {image}}}"
    found = mistakes(SHIPPED, data, "model: {use: train/contrastive-images, data: '${data}'}")
    assert bool(found) == image.startswith("features")


def test_what_is_not_known_is_never_refused():
    stages = [TOKENIZER, TASKS, "adapter: {use: adapters/lora, base: '${hub}', data: '${tasks.train}'}"]
    assert mistakes(SHIPPED, *stages) == []


def test_a_fetched_model_is_what_a_study_says():
    lora = "adapter: {use: adapters/lora, base: '${hub}', data: '${tasks.train}'}"
    said = {one: TOKENIZER.replace("}", f", holds: {one}}}") for one in ("encoder", "encoder-decoder")}
    (found,) = mistakes(SHIPPED, said["encoder"], TASKS, lora)
    assert found.endswith("`hub.model` (fetch/model) is a Model (encoder)")
    assert mistakes(SHIPPED, said["encoder-decoder"], TASKS, lora) == []


def test_conditions_on_levels_are_merged():
    text = "heldout: 1\nstudy: a\naxes: {a: [x, y], b: [1, 2, 3]}\nstages: {}\n"
    from heldout.compiler.syntax.including import fetch_nothing, read_spec
    from heldout.compiler.syntax.reader import study_at

    root = read_spec(text.encode(), "a.yaml", fetch_nothing).root
    assert root is not None
    study, _ = study_at(root, "a.yaml", None)
    assert study is not None
    scope = Scope(study, SHIPPED)
    one = [frozenset({("a", a), ("b", b)}) for a in "xy" for b in "12"]
    assert merged(scope, one) == [frozenset({("b", "1"), ("b", "2")})]
    assert merged(scope, [*one, frozenset({("b", "3")})]) == [frozenset()]


def test_levels_cost_by_the_axis_and_not_by_the_cell(compiler: Compiler):
    # 3,000 levels of two things, through six stages, and 60,000 cells.
    levels = ", ".join(f"n{n}: '${{{'digits' if n % 2 else 'letters'}}}'" for n in range(3000))
    stages = "".join(
        f"  s{n}: {{use: data/filter, data: '${{{f's{n - 1}' if n else 'data'}}}'}}\n" for n in range(6)
    )
    text = (
        f"axes:\n  data: {{{levels}}}\nstages:\n  digits: {{use: data/digits}}\n"
        f"  letters: {{use: data/letters, drawn: strokes}}\n{stages}"
    )
    compiled = compiler(text)
    begin = time.process_time()
    found = list(Subtypes(compiled.scope, Reaches(compiled.scope)).mismatches())
    assert found == [] and time.process_time() - begin < 2
