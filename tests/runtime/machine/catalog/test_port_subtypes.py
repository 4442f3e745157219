"""What an operator says of subtypes, as the catalog has it."""

from typing import Annotated, NamedTuple

import pytest

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.machine.catalog.build import operator_entry
from heldout.runtime.machine.catalog.kinds import kind_entries
from heldout.runtime.operator import Role, operator
from heldout.runtime.subtype import Of, SameAs, Subtype

SPECTRA = Subtype("spectra", "Spectra in `x`, [rows, wavelengths].")


class Halves(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    test: Annotated[Dataset, Role.TEST]


@operator
def halves(data: Dataset) -> Halves: ...


@operator
def told(
    data: Annotated[list[Dataset], Of("images", SPECTRA)],
    start: Annotated[Model | None, Of("classifier")] = None,
    *,
    image: str | None = None,
) -> Annotated[Dataset, Of("features", when={"image": None}), Of("images")]: ...


def entry(function):
    return operator_entry(function, {})


def test_what_ports_say():
    said = entry(told)
    assert said["ports"]["data"]["takes"] == ["images", "spectra"]
    assert said["ports"]["start"]["takes"] == ["classifier"]
    (output,) = said["outputs"].values()
    assert output["gives"] == [
        {"subtype": "features", "when": {"image": None}},
        {"subtype": "images", "when": {}},
    ]


def test_what_an_output_has_of_an_input():
    outputs = entry(halves)["outputs"]
    assert outputs["train"]["gives_as"] == "data"
    assert not {"gives", "gives_as"} & outputs["test"].keys()
    assert "takes" not in entry(halves)["ports"]["data"]


def test_a_subtype_of_an_operators_own_is_listed_with_its_kind():
    kinds = kind_entries([told], package=False)
    assert kinds["Dataset"]["subtypes"]["spectra"] == SPECTRA.says
    assert "images" in kinds["Dataset"]["subtypes"]
    assert "spectra" not in kind_entries([halves])["Dataset"]["subtypes"]
    assert "subtypes" not in kind_entries([])["Scalar"]


def test_one_name_means_one_thing():
    def other(data: Annotated[Dataset, Of(Subtype("spectra", "Ghosts."))]) -> Table: ...

    with pytest.raises(ValueError, match="the subtype 'spectra' is declared twice"):
        kind_entries([told, operator(other)])


def misspelt(data: Annotated[Dataset, Of("imagse")]) -> Table: ...


def of_another_kind(model: Annotated[Model, Of("images")]) -> Table: ...


def redeclared(data: Annotated[Dataset, Of(Subtype("images", "Noises."))]) -> Table: ...


def conditional(data: Annotated[Dataset, Of("images", when={"a": 1})], *, a: int) -> Table: ...


def same_as_itself(data: Annotated[Dataset, SameAs("data")]) -> Table: ...


def of_two(data: Dataset) -> Annotated[Dataset, Of("images", "features")]: ...


def never_the_second(data: Dataset) -> Annotated[Dataset, Of("images"), Of("features")]: ...


def told_by_nothing(data: Dataset) -> Annotated[Dataset, Of("images", when={"mode": "a"})]: ...


def same_as_nothing(data: Dataset) -> Annotated[Dataset, SameAs("rows")]: ...


def both(data: Dataset) -> Annotated[Dataset, Of("images"), SameAs("data")]: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (misspelt, "misspelt, parameter data: no Dataset is called 'imagse': did you mean 'images'"),
        (of_another_kind, "no Model is called 'images'"),
        (redeclared, "a Dataset of 'images' is something else"),
        (conditional, "an input says once what it takes"),
        (same_as_itself, "an input says once what it takes"),
        (of_two, "an output is of one subtype"),
        (never_the_second, "an output is of one subtype"),
        (told_by_nothing, "there is no parameter 'mode'"),
        (same_as_nothing, "there is no input 'rows'"),
        (both, "it is either of a subtype or the same as 'data'"),
    ],
)
def test_what_cannot_be_meant(function, message):
    with pytest.raises(ValueError, match=message):
        entry(operator(function))
