"""Results that nothing computed: numbers, predictions, curves, records, verdicts and pages."""

from __future__ import annotations

import json

import pyarrow as pa

from tests.strangers.forging import (
    Files,
    behind,
    dumped,
    family,
    forged,
    parquet,
    put,
    records,
    replaced,
    scaled,
    table,
)

SCORE, PARTS, MODEL = "evaluate/classification", "evaluate/per-domain", "train/classifier"
TABLE, PREDICTIONS, CURVE = "table/table.parquet", "predictions/predictions.parquet", "curve/table.parquet"


@forged("differs", "tables")
def one_score_is_raised(files: Files) -> None:
    name = records(files, SCORE)[0] + TABLE
    files[name] = scaled(files[name], 1.5)


@forged("differs", "tables")
def every_score_is_scaled(files: Files) -> None:
    for folder in records(files, SCORE):
        files[folder + TABLE] = scaled(files[folder + TABLE], 1.5)


@forged("differs", "tables")
def a_score_moves_by_a_rounding(files: Files) -> None:
    name = records(files, SCORE)[0] + TABLE
    files[name] = scaled(files[name], 1 + 1e-12)


@forged("differs", "tables")
def a_score_is_not_a_number(files: Files) -> None:
    name = records(files, SCORE)[0] + TABLE
    files[name] = scaled(files[name], float("nan"))


@forged("differs", "tables")
def a_part_is_scaled(files: Files) -> None:
    name = records(files, PARTS)[0] + TABLE
    files[name] = scaled(files[name], 2.0)


@forged("differs", "tables")
def predictions_all_become_right(files: Files) -> None:
    name = records(files, SCORE)[0] + PREDICTIONS
    files[name] = certain(files[name])


@forged("differs", "tables")
def predictions_are_swapped(files: Files) -> None:
    one, other, *_ = (folder + PREDICTIONS for folder in records(files, SCORE))
    files[one], files[other] = files[other], files[one]


@forged("differs", "report")
def results_are_swapped_whole(files: Files) -> None:
    one, other, *_ = records(files, SCORE)
    parts = {behind(files, folder, "predictions"): folder for folder in records(files, PARTS)}
    for path in (one + TABLE, one + PREDICTIONS, parts[one] + TABLE):
        twin = path.replace(one, other).replace(parts[one], parts[other])
        files[path], files[twin] = files[twin], files[path]


@forged("differs", "tables", of="whole")
def predictions_are_swapped_beside_their_models(files: Files) -> None:
    predictions_are_swapped(files)


@forged("unchecked", of="whole")
def models_are_swapped(files: Files) -> None:
    one, other, *_ = (f"{folder}model/model.safetensors" for folder in records(files, MODEL))
    files[one], files[other] = files[other], files[one]


@forged("unchecked", of="whole")
def labels_are_shifted(files: Files) -> None:
    name = records(files, "data/leave-one-domain-out")[0] + "test/rows.parquet"
    rows = table(files[name])
    files[name] = parquet(
        rows.set_column(
            rows.schema.get_field_index("id"), "id", rows["id"].take(pa.array(range(rows.num_rows)[::-1]))
        )
    )


@forged("differs", "report")
def a_curve_is_invented(files: Files) -> None:
    name = records(files, MODEL)[0] + CURVE
    files[name] = scaled(files[name], 0.1)


@forged("differs", "report", "records")
def a_task_is_dropped(files: Files) -> None:
    drop(files, records(files, PARTS)[0])


@forged("differs", "report")
def an_arm_is_dropped(files: Files) -> None:
    for folder in records(files, MODEL, objective={"coral": {"match_means": True, "penalty": 1}}):
        drop(files, folder)


@forged("differs", "report", "tables")
def predictions_are_dropped_with_their_task(files: Files) -> None:
    drop(files, records(files, SCORE)[0])


@forged("differs", "records")
def predictions_are_said_to_be_left_out(files: Files) -> None:
    for folder in records(files, SCORE):
        record = json.loads(files[f"{folder}manifest.json"])
        del files[folder + PREDICTIONS]
        record["left_out"] = {
            "outputs": {"predictions": record["outputs"].pop("predictions")},
            "files": {PREDICTIONS: record["files"].pop(PREDICTIONS)},
        }
        files[f"{folder}manifest.json"] = dumped(record)


@forged("differs", "records")
def predictions_never_were(files: Files) -> None:
    folder = records(files, SCORE)[0]
    record = json.loads(files[f"{folder}manifest.json"])
    del files[folder + PREDICTIONS], record["outputs"]["predictions"], record["files"][PREDICTIONS]
    files[f"{folder}manifest.json"] = dumped(record)


@forged("differs", "records")
def a_file_lies_beside_those_listed(files: Files) -> None:
    files[records(files, SCORE)[0] + "table/more.parquet"] = files[records(files, SCORE)[0] + TABLE]


@forged("differs", "records")
def a_task_is_of_another_study(files: Files) -> None:
    folder = records(files, PARTS)[0]
    strange = "store/objects/ff/" + "f" * 64 + "/"
    files[strange + TABLE] = files[folder + TABLE]
    record = json.loads(files[f"{folder}manifest.json"]) | {"task": "f" * 64}
    files[f"{strange}manifest.json"] = dumped(record)


@forged("differs", "records")
def a_record_lies_in_the_place_of_another(files: Files) -> None:
    one, other, *_ = records(files, PARTS)
    files[f"{one}manifest.json"] = files[f"{other}manifest.json"]
    files[one + TABLE] = files[other + TABLE]


def of_a_record(operator: str, *path: str, value: object):
    """A forgery that sets one value in the first record of an operator."""
    return lambda files: put(f"{records(files, operator)[0]}manifest.json", *path, value=value)(files)


family(
    "differs",
    "records",
    another_seed=of_a_record(MODEL, "parameters", "seed", value=7),
    a_seed_that_is_true=of_a_record(MODEL, "parameters", "seed", value=True),
    a_seed_as_a_float=of_a_record(MODEL, "parameters", "steps", value=5.0),
    another_objective=of_a_record(MODEL, "parameters", "objective", value={"vrex": {}}),
    a_parameter_more=of_a_record(MODEL, "parameters", "trained_on_test", value=True),
    another_input=of_a_record(PARTS, "inputs", "predictions", "task", value="0" * 64),
    another_port=of_a_record(SCORE, "inputs", "data", "port", value="train"),
    another_digest=of_a_record(SCORE, "digest", value="sha256:" + "0" * 64),
    another_operator=of_a_record(SCORE, "operator", value="evaluate/regression"),
    other_components=of_a_record(MODEL, "components", value={}),
    other_libraries=of_a_record(MODEL, "libraries", "torch", value="1.0"),
    another_kind=of_a_record(SCORE, "outputs", "table", value="Predictions"),
    another_task=of_a_record(SCORE, "task", value="0" * 64),
)


def flipped(*names: str):
    """A forgery that writes `supported` for `undecided` in these files."""

    def forge(files: Files) -> None:
        for name in names:
            replaced(name, "undecided", "supported")(files)

    return forge


VERDICTS, STUDY, PAGE, CSV = (
    "report/verdicts.json",
    "report/study.json",
    "report/index.html",
    "report/results.csv",
)

family(
    "differs",
    "report",
    "page",
    verdict_in_the_list=flipped(VERDICTS),
    verdict_in_the_summary=flipped(STUDY),
    verdict_in_the_page=flipped(PAGE),
)
family(
    "differs",
    "report",
    verdict_everywhere=flipped(VERDICTS, STUDY, PAGE),
    numbers_of_a_claim=put(VERDICTS, 0, "p_claimed", value=0.001),
    an_observation=put(VERDICTS, 0, "observations", 0, "value", value=0.5),
    a_result=replaced(CSV, '"loss",2.3', '"loss",1.3'),
    a_line_of_latex=replaced("report/tables/accuracy.tex", "\\", "\\input{/OUTSIDE}\\"),
    a_script_in_the_page=replaced(PAGE, "</body>", "<script>alert(1)</script></body>"),
    a_frame_in_the_page=replaced(PAGE, "</body>", "<iframe src=https://example.org></iframe></body>"),
    a_word_in_the_page=replaced(PAGE, "CORAL is more accurate", "CORAL is far more accurate"),
    a_script_in_a_figure=replaced("report/figures/training.svg", "</svg>", "<script>alert(1)</script></svg>"),
    a_figure_with_an_address=replaced("report/figures/training.vl.json", '"data"', '"datasets": {}, "data"'),
)


@forged("differs", "report", "page")
def a_figure_in_the_page_has_other_rows(files: Files) -> None:
    page = files[PAGE].decode()
    value = next(
        line for line in files["report/figures/training.vl.json"].decode().split() if line.startswith("2.3")
    )
    assert value.strip(",") in page
    files[PAGE] = page.replace(value.strip(","), "0.5").encode()


@forged("differs", "report")
def a_table_has_other_numbers(files: Files) -> None:
    name = "report/tables/accuracy.csv"
    files[name] = files[name].replace(b"0.1", b"0.9")


@forged("differs", "report")
def results_as_parquet_have_other_numbers(files: Files) -> None:
    files["report/results.parquet"] = (
        scaled(files["report/results.parquet"], 2.0)
        if False
        else parquet(table(files["report/results.parquet"]).slice(1))
    )


def certain(predictions: bytes) -> bytes:
    """Predictions that are all right, and sure of it."""
    rows = table(predictions)
    logits = [[9.0 * (k == label) for k in range(10)] for label in rows["label"].to_pylist()]
    column = pa.array(logits, rows.schema.field("logits").type)
    return parquet(rows.set_column(rows.schema.get_field_index("logits"), "logits", column))


def drop(files: Files, folder: str) -> None:
    """Take a result out."""
    for name in [name for name in files if name.startswith(folder)]:
        del files[name]
