"""Difficulty of items and ability of respondents, from who answered what rightly."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Predictions, Table
from heldout.runtime.operator import Metrics, operator
from heldout.runtime.scoring.answers import gather_answers
from heldout.runtime.subtype import Of

Kind = Literal["1pl", "2pl"]

DISCRIMINATION_SD = 0.5  # of the prior of its logarithm
DIFFICULTY_SD = 3.0  # of the prior
MOST_ITERATIONS = 500


class ItemResponse(NamedTuple):
    items: Annotated[Dataset, Of("records")]
    respondents: Annotated[Dataset, Of("records")]
    table: Annotated[Table, Metrics("nll", "items", "respondents")]


@operator(seconds=1.0)
def item_response(
    answers: Annotated[list[Predictions | None], Of("logits")],
    *,
    model: Kind = "1pl",
    guessing: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0,
) -> ItemResponse:
    """Item response theory: how hard each item is, and how able each respondent.

    Rasch 1960, "Probabilistic Models for Some Intelligence and Attainment Tests" (1pl); Birnbaum
    1968, "Some Latent Trait Models and Their Use in Inferring an Examinee's Ability" (2pl, and
    guessing): P(right) = c + (1 - c) sigmoid(a (ability - difficulty)). As Ding et al. 2024,
    "Easy2Hard-Bench" (arXiv:2409.18433), section 3, label problems.
    Differs from the paper: the largest posterior is found (L-BFGS) and not a distribution; guessing is
    one known number for all items.

    Args:
        answers: of each respondent to the same items; none where a respondent failed.
        model: `1pl` discriminates equally in all items, `2pl` in each by its own.
        guessing: c, the chance of a right answer by one who knows nothing.

    Returns:
        items: rows id, difficulty, discrimination (1 in `1pl`) and share_right. Abilities have mean
            0 and standard deviation 1, which is the unit of difficulty.
        respondents: rows id (their place) and ability.
        table: nll, mean negative log-likelihood of an answer, nats; items, respondents, how many.

    Raises:
        ValueError: there are fewer than two respondents or items, or they were asked different items.
    """
    gathered = gather_answers(answers)
    right = torch.from_numpy(gathered.right)
    ability, difficulty, discrimination, nll = fit(right, model, guessing)
    rows = {
        "id": list(gathered.ids),
        "difficulty": difficulty.numpy(),
        "discrimination": discrimination.numpy(),
        "share_right": right.mean(0).numpy(),
    }
    names = [f"{place:04}" for place, one in enumerate(answers) if one is not None]
    people = pa.table({"id": names, "ability": ability.numpy()})
    counts = {"items": right.shape[1], "respondents": right.shape[0]}
    return ItemResponse(Dataset(pa.table(rows)), Dataset(people), Table.of({"nll": nll} | counts))


def fit(right: Tensor, model: Kind, guessing: float) -> tuple[Tensor, Tensor, Tensor, float]:
    """The largest posterior under standard normal abilities.

    Args:
        right: [num_respondents, num_items], float64, 0 or 1.

    Returns:
        ability [num_respondents], difficulty and discrimination [num_items], all in the unit of
        abilities of mean 0 and standard deviation 1, and the mean nll of an answer.
    """
    people, items = right.shape
    share = right.mean(0).clamp(1 / (people + 1), people / (people + 1))
    ability = torch.zeros(people, dtype=torch.float64, requires_grad=True)
    difficulty = (-share.logit()).requires_grad_()
    log_a = torch.zeros(items, dtype=torch.float64, requires_grad=True)
    fitted = [ability, difficulty, *([log_a] if model == "2pl" else [])]
    optimizer = torch.optim.LBFGS(
        fitted, max_iter=MOST_ITERATIONS, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
    )

    def likelihood() -> Tensor:
        logit = log_a.exp() * (ability[:, None] - difficulty)
        chance = guessing + (1 - guessing) * logit.sigmoid()
        # Where nothing is guessed, the logarithm of a sigmoid keeps its digits far out.
        log_right = chance.log() if guessing else torch.nn.functional.logsigmoid(logit)
        log_wrong = torch.nn.functional.logsigmoid(-logit) + np.log1p(-guessing)
        log_likelihood: Tensor = right * log_right + (1 - right) * log_wrong
        return -log_likelihood.sum()

    def negative_log_posterior() -> Tensor:
        optimizer.zero_grad()
        prior = ability.square().sum() + (difficulty / DIFFICULTY_SD).square().sum()
        loss = likelihood() + (prior + (log_a / DISCRIMINATION_SD).square().sum()) / 2
        loss.backward()
        return loss

    optimizer.step(negative_log_posterior)
    with torch.no_grad():
        nll = likelihood().item() / right.numel()
        mean, sd = ability.mean(), ability.std(correction=0).clamp_min(1e-9)
        return (ability - mean) / sd, (difficulty - mean) / sd, log_a.exp() * sd, nll
