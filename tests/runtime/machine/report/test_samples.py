"""Galleries: which rows are shown, what stands with them, and that strangers' texts are texts."""

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.machine.report.samples import LONGEST_TEXT, gallery
from tests.fixtures.rows import columns, predictions, results_of_rows

METHODS = {"method": ["erm", "coral"], "seed": [0]}
ROWS = {"stage": "score", "port": "records", "kind": "Dataset"}


def declared(**changes):
    cells = [
        {"coordinates": {"method": m, "seed": 0}, "task": f"score-{n}"}
        for n, m in enumerate(METHODS["method"])
    ]
    return {
        "id": "g",
        "rows": ROWS,
        "text": [],
        "caption": [],
        "by": ["method"],
        "count": 2,
        "where": {},
        "cells": cells,
    } | changes


def shown(records, **changes):
    return gallery(declared(**changes), results_of_rows(METHODS, records))


def test_the_first_rows_of_each_cell():
    first, second = columns(text=["a", "b", "c"], cost=[0.5, 2, 3]), columns(text=["d"], cost=[None])
    found = shown([first, second], text=["text"], caption=["cost"])
    assert [cell.name for cell in found.cells] == ["method erm", "method coral"]
    assert [[one.texts for one in cell.samples] for cell in found.cells] == [[("a",), ("b",)], [("d",)]]
    assert [[one.caption for one in cell.samples] for cell in found.cells] == [["0.5", "2"], ["—"]]
    assert found.note == "The first 2 rows of score.records for each method, at seed 0."


def test_the_same_rows_of_each_cell():
    first = columns(ids=["x", "y", "z"], text=["a", "b", "c"])
    other = columns(ids=["z", "y", "w"], text=["C", "B", "D"])
    found = shown([first, other], text=["id", "text"], example="id")
    assert [one.texts for one in found.cells[0].samples] == [("x", "a"), ("y", "b")]
    assert [one.texts for one in found.cells[1].samples] == [("y", "B")]
    assert found.note.startswith("The same 2 rows")
    strangers = shown([first, columns(ids=["w"], text=["D"])], text=["text"], example="id")
    assert strangers.cells[1].problem == "no such row"


def test_a_cell_that_failed_is_said_to_be_missing():
    found = shown([None, columns(text=["a"])], text=["text"], example="text")
    assert [cell.problem for cell in found.cells] == ["not there", ""]
    assert [one.texts for one in found.cells[1].samples] == [("a",)]


def test_images_with_the_names_of_their_classes():
    data = Dataset(
        pa.table({"id": ["0", "1"], "label": [1, 5]}),
        {"x": torch.tensor([[[[0.0]]], [[[1.0]]]])},
        ("cat", "dog"),
    )
    found = shown([data, None], image="x", caption=["label", "id"])
    # The second label is of no class.
    assert [one.caption for one in found.cells[0].samples] == ["label dog, id 0", "label 5, id 1"]
    assert {(one.picture.width, one.picture.height) for one in found.cells[0].samples} == {(1, 1)}
    assert found.cells[0].samples[0].picture != found.cells[0].samples[1].picture
    moved = Dataset(data.rows, {"x": data.x * 2})
    assert shown([moved, None], image="x").note.endswith(
        "the least number in an image is black, the greatest white."
    )


def test_what_was_predicted():
    rows = ROWS | {"kind": "Predictions"}
    found = shown([predictions([1.0, -1.0], [1, 1]), None], rows=rows, caption=["label", "predicted"])
    assert [one.caption for one in found.cells[0].samples] == ["label 1, predicted 1", "label 1, predicted 0"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": ["question"]}, "no column 'question'; there are id, text"),
        ({"example": "key", "text": ["text"]}, "no column 'key'; there are id, text"),
        ({"image": "x"}, "no tensor 'x'; there are none"),
    ],
)
def test_what_the_rows_do_not_have(changes, message):
    with pytest.raises(ValueError, match=message):
        shown([columns(text=["a"]), None], **changes)


def test_values_of_any_kind_are_texts_of_bounded_length():
    lists = pa.array([[1, 2], [3]])
    found = shown(
        [columns(text=["a" * 10_000, "b"], lists=lists), None], text=["text", "lists"], example="lists"
    )
    assert [len(text) for text in found.cells[0].samples[0].texts] == [LONGEST_TEXT + 1, len("[1, 2]")]


def test_no_cell_is_said_to_be_none():
    assert shown([None, None], cells=[]).note == "The study has no such cell."


NASTY = "<script>alert(1)</script>\x1b[31m\u202e"


@pytest.mark.parametrize("still", [True, False])
def test_a_page_shows_a_strangers_rows_as_text(report, store, still):
    image = {"x": torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))}
    store.tables["t" * 64, "dataset"] = Dataset(
        pa.table({"id": [NASTY, "b"], "label": [0, 1]}), image, (NASTY, "b")
    )
    store.records["t" * 64] = {}
    cells = [{"coordinates": {}, "task": "t" * 64}, {"coordinates": {}, "task": "u" * 64}]
    rows = {"stage": "data", "port": "dataset", "kind": "Dataset"}
    one = declared(rows=rows, by=[], cells=cells, image="x", caption=["label"], text=["id"], title=NASTY)
    page = report(still=still, samples=[one, one | {"id": "wrong", "text": ["none"]}]).read_text()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;\ufffd[31m\ufffd") >= 3  # title, text, caption
    assert page.count('<img src="data:image/png;base64,') == 2
    assert page.count('loading="lazy"') == 2
    assert '<a href="#samples">Samples</a>' in page
    assert "Not there." in page
    assert "The gallery of samples wrong is not shown: the rows have no column" in page


def test_a_page_without_samples_has_no_place_for_them(report):
    assert "Samples" not in report(still=True).read_text()
