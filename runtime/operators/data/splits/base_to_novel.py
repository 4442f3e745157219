"""Half of the classes to learn from few examples, the other half never seen."""

from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import SameAs


class BaseToNovel(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    base: Annotated[Dataset, Role.TEST, SameAs("data")]
    novel: Annotated[Dataset, Role.TEST, SameAs("data")]


@operator(seconds=0.05)
def base_to_novel(
    data: Dataset,
    test: Dataset | None = None,
    *,
    shots: Annotated[int, Field(ge=1)] = 16,
    order: Literal["listed", "drawn"] = "listed",
    seed: int = 0,
) -> BaseToNovel:
    """Split classes into base and novel ones, and draw a few examples of each base class.

    Zhou et al. 2022, "Conditional Prompt Learning for Vision-Language Models"
    (arXiv:2203.05557), section 4.1: the classes are split equally into base and novel classes;
    prompts are learnt from base classes, 16 shots each, and tested on base and novel classes
    separately, each with its own class names.
    Differs from the paper: `order: drawn` splits the classes at random, where the paper takes
    them as listed.

    Args:
        data: labelled examples; the shots are drawn from them.
        test: labelled examples of the same classes to test on; without them, the examples of
            `data` that were not drawn.
        shots: examples of each base class to train on.
        order: the first half of the classes (the larger one, of an odd number) as the data list
            them, or drawn by the seed.
        seed: of the drawn shots and classes.

    Returns:
        train: the shots, of the base classes alone.
        base: test examples of the base classes.
        novel: test examples of the other classes; labels count from 0 in every output.

    Raises:
        ValueError: there are fewer than two classes, a base class has too few examples, or the
            test data have other classes.
    """
    if len(data.classes) < 2:
        raise ValueError(f"base and novel classes need two classes, the data have {len(data.classes)}")
    if test is not None and test.classes != data.classes:
        raise ValueError(f"the test data have {len(test.classes)} classes that are not those of the data")
    classes = np.arange(len(data.classes))
    if order == "drawn":
        classes = numpy_stream(seed, "classes").permutation(classes)
    num_base = (len(classes) + 1) // 2
    base, novel = np.sort(classes[:num_base]), np.sort(classes[num_base:])
    drawn = _shots(data, base, shots, seed)
    rest = data.take(np.setdiff1d(np.arange(len(data)), drawn)) if test is None else test
    return BaseToNovel(of_classes(data.take(drawn), base), of_classes(rest, base), of_classes(rest, novel))


def of_classes(data: Dataset, classes: np.ndarray) -> Dataset:
    """The examples of some classes, which are all the classes that the result has."""
    labels = data.labels.numpy()
    kept = data.take(np.flatnonzero(np.isin(labels, classes)))
    place = {label: index for index, label in enumerate(classes.tolist())}
    renamed = pa.array([place[label] for label in kept.labels.tolist()], pa.int64())
    column = kept.rows.column_names.index("label")
    names = tuple(data.classes[label] for label in classes)
    return replace(kept, rows=kept.rows.set_column(column, "label", renamed), classes=names)


def _shots(data: Dataset, classes: np.ndarray, shots: int, seed: int) -> np.ndarray:
    labels = data.labels.numpy()
    drawn = []
    for label in classes:
        name = data.classes[label]
        positions = np.flatnonzero(labels == label)
        if len(positions) < shots:
            raise ValueError(f"class {name!r} has {len(positions)} examples, fewer than {shots} shots")
        drawn.append(numpy_stream(seed, "shots", name).permutation(positions)[:shots])
    return np.sort(np.concatenate(drawn))
