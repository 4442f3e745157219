"""The area under the ROC curve, and what each example adds to it."""

import numpy as np
from scipy.stats import rankdata


def auroc_placements(score: np.ndarray, positive: np.ndarray) -> tuple[float, np.ndarray]:
    """The area, and how each example moves it.

    DeLong, DeLong & Clarke-Pearson 1988, "Comparing the Areas under Two or More Correlated Receiver
    Operating Characteristic Curves" (Biometrics 44), equations 3 to 7, by ranks: Sun & Xu 2014, "Fast
    Implementation of DeLong's Algorithm" (IEEE Signal Processing Letters 21).
    Differs from the papers: nothing.

    Args:
        score: greater for what looks positive, [num_rows].
        positive: [num_rows], bool.

    Returns:
        the share of pairs of a positive and a negative example in which the positive one has the greater
        score, ties counted as half; and by example, [num_rows], numbers whose squares add up to DeLong's
        variance, and whose products with those of another score add up to its covariance.

    Raises:
        ValueError: fewer than two examples of a class.
    """
    num_positive, num_negative = int(positive.sum()), int((~positive).sum())
    if min(num_positive, num_negative) < 2:
        raise ValueError(
            f"an area under the ROC curve needs two examples of each class, got {num_positive} positive ones"
            f" and {num_negative} negative ones"
        )
    ranks = rankdata(score)
    placed = np.empty(len(score))
    placed[positive] = (ranks[positive] - rankdata(score[positive])) / num_negative
    placed[~positive] = 1 - (ranks[~positive] - rankdata(score[~positive])) / num_positive
    area = float(placed[positive].mean())
    size = np.where(positive, num_positive, num_negative)
    return area, (placed - area) / np.sqrt(size * (size - 1.0))
