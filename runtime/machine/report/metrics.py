"""Metrics as a reader sees them, and which way they are better."""

from collections.abc import Mapping
from typing import Any, Literal

from heldout.runtime.results.names import metric_name
from heldout.runtime.results.numbers import MINUS
from heldout.runtime.results.text import one_line

# Words of a metric's name that make less of it better, unless the study or a table says `better`.
LESS_IS_BETTER = frozenset(
    (
        *("loss", "error", "errors", "nll", "brier", "ece", "perplexity", "regret", "risk", "gap"),
        *("mse", "rmse", "mae", "forgetting", "drop", "distance", "nats", "seconds", "steps", "mb"),
    )
)

ABBREVIATIONS = frozenset(
    (
        *("auc", "auroc", "auprc", "ece", "nll", "mse", "rmse", "mae", "mcc", "mrr", "bleu", "iou"),
        *("cpu", "gpu", "mb"),
    )
)


def metric_label(metric: Mapping[str, Any]) -> str:
    """The metric's name with spaces, abbreviations in capitals, and what it is of where that matters."""
    words = one_line(metric_name(metric)).split("_")
    rows = " on training rows" if metric.get("rows") == "training" else ""
    rows = ", measured" if metric.get("measured") else rows
    return " ".join(word.upper() if word in ABBREVIATIONS else word for word in words) + rows


def in_percent(metric: Mapping[str, Any]) -> bool:
    """Whether a metric is a share that the study shows in percent."""
    return metric.get("unit") == "percent"


def drawn(title: str) -> str:
    """A title for Vega-Lite, which puts it between quotes in expressions and would evaluate a backslash."""
    return title.replace("\\", "\N{SET MINUS}")


def shown(value: float, metric: Mapping[str, Any]) -> str:
    """A value of a metric in a few digits, in percent where the study shows it so."""
    text = f"{100 * value:.4g} %" if in_percent(metric) else f"{value:.4g}"
    return text.replace("-", MINUS)


def sentence(label: str) -> str:
    """A label at the start of a sentence."""
    return label[:1].upper() + label[1:]


def less_is_better(metric: Mapping[str, Any], better: Literal["higher", "lower"] | None = None) -> bool:
    """Whether a smaller value is the better one: as a table or the study says, else by the name's words."""
    said = better or metric.get("better")
    if said is not None:
        return bool(said == "lower")
    return not LESS_IS_BETTER.isdisjoint(metric_name(metric).split("_"))
