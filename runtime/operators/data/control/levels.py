"""Levels of an environment: to train on, to select with, and to test on."""

from typing import Annotated, Any, NamedTuple

import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.component import Choice
from heldout.runtime.components.environments.contract import build_environment
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import stable_seed
from heldout.runtime.subtype import Of

Count = Annotated[int, Field(ge=1)]


class Levels(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, Of("levels")]
    select: Annotated[Dataset, Role.SELECT, Of("levels")]
    test: Annotated[Dataset, Role.TEST, Of("levels")]


@operator(seconds=0.2)
def levels(
    *,
    environment: Annotated[str | dict[str, Any], Choice("environments")],
    train: Count = 200,
    select: Count = 50,
    test: Count = 100,
    seed: int = 0,
) -> Levels:
    """Three sets of levels of an environment, none of which is in two of them.

    Mediratta et al. 2024, "The Generalization Gap in Offline Reinforcement Learning"
    (arXiv:2312.05742), section 3: levels of Procgen to train on, to choose hyper-parameters with
    and to test on.
    Differs from the paper: levels are drawn at random in place of consecutive numbers. Of equal
    seeds, more training levels contain fewer of them, and tests are the same.

    Args:
        environment: a component of environments.
        train: number of levels.
        select: number of levels.
        test: number of levels.
        seed: of the draws.

    Returns:
        train: one row a level: `id`, `level` (its number) and, where levels are of several,
            `domain`; the notes name the environment.
        select: levels to choose with.
        test: levels to test on.

    Raises:
        ValueError: a level was drawn twice.
    """
    numbers = {
        part: [stable_seed(seed, "levels", part, str(place)) for place in range(count)]
        for part, count in (("train", train), ("select", select), ("test", test))
    }
    drawn = [number for part in numbers.values() for number in part]
    if len(set(drawn)) < len(drawn):
        raise ValueError(f"a level was drawn twice with seed {seed}: take another one")
    return Levels(*(_rows(part, numbers[part], environment) for part in numbers))


def _rows(part: str, numbers: list[int], environment: str | dict[str, Any]) -> Dataset:
    columns = {
        "id": pa.array([f"{part}/{place}" for place in range(len(numbers))]),
        "level": pa.array(numbers, pa.int64()),
    }
    domains = build_environment(environment, numbers).domains()
    if domains is not None:
        columns["domain"] = pa.array(domains)
    return Dataset(rows=pa.table(columns), notes={"environment": environment})
