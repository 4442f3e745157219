import numpy as np

from heldout.runtime.scoring.by_domain import means_by_domain
from tests.fixtures.questions import with_choices


def test_means_are_over_the_rows_of_each_domain():
    # Domains alternate: grass, sky, grass, sky.
    found = means_by_domain(with_choices(), {"score": np.array([1.0, 0.0, 0.0, 0.5])}).rows.to_pylist()
    assert {(row["group"], row["metric"]): row["value"] for row in found} == {
        ("grass", "score"): 0.5, ("sky", "score"): 0.25,
    }  # fmt: skip


def test_without_domains_there_is_nothing():
    data = with_choices()
    bare = type(data)(data.rows.drop_columns(["domain"]))
    assert means_by_domain(bare, {"score": np.ones(4)}).rows.num_rows == 0
