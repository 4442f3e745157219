"""Papers in docstrings: those of the whole catalog, and how they are written."""

import re

import pytest

from heldout.compiler.archive.citations import Paper, cited_in, papers_of_catalog, uncited
from heldout.compiler.catalog import Catalog, load_catalog

CORAL = 'CORAL loss.\n\nSun & Saenko 2016, "Deep CORAL" (arXiv:1607.01719), section 3.1.\n'
WRITTEN = {
    CORAL: [Paper(("Sun", "Saenko"), False, 2016, "Deep CORAL", "1607.01719")],
    "Ganin et al. 2016 (arXiv:1505.07818), section 4.2.": [Paper(("Ganin",), True, 2016, "", "1505.07818")],
    "(Touvron et al. 2021, arXiv:2012.12877, table 1)": [Paper(("Touvron",), True, 2021, "", "2012.12877")],
    '(Li et al. 2017, "Deeper, Broader", arXiv:1710.03077)': [
        Paper(("Li",), True, 2017, "Deeper, Broader", "1710.03077")
    ],
    'Vapnik 1998, "Statistical Learning Theory"; as in': [
        Paper(("Vapnik",), False, 1998, "Statistical Learning Theory")
    ],
    'Li et al. 2018, "A\n    Long Title" (ECCV), in': [
        Paper(("Li",), True, 2018, "A Long Title", "", "ECCV")
    ],
    'One, Two & Three 2020, "T" (arXiv:2001.00001)': [
        Paper(("One", "Two", "Three"), False, 2020, "T", "2001.00001")
    ],
    "since Dosovitskiy et al. 2021, equation 4": [],  # nothing that one could find the paper by
    "1,797 images of 2020, and DomainBed (arXiv:2007.01434)": [],  # no authors
    'Fine.\n\nArgs:\n    a: after Sun & Saenko 2016, "Deep CORAL" (arXiv:1607.01719).': [],  # of a parameter
}


@pytest.mark.parametrize("doc", WRITTEN)
def test_papers_as_docstrings_write_them(doc: str):
    assert list(cited_in(doc)) == WRITTEN[doc]


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog()


def test_every_citation_of_the_catalog_is_found(shipped: Catalog):
    """Counted independently: a year after a name, with a title or an arXiv number within reach."""
    cited = papers_of_catalog(shipped)
    docs = {name: operator.doc for name, operator in shipped.operators.items()}
    docs |= {f"{k}/{n}": c.doc for k, components in shipped.components.items() for n, c in components.items()}
    assert cited.keys() == docs.keys()
    for name, doc in docs.items():
        head = " ".join(re.split(r"\n\s*(?:Args|Returns|Raises):\n", doc)[0].split())
        years = re.findall(r"[a-z.] ((?:19|20)\d\d)(?=,? ?(?:\"|\(arXiv|arXiv))", head)
        assert sorted(years) == sorted(str(paper.year) for paper in cited[name]), name


def test_how_many_of_the_catalog_name_no_paper(shipped: Catalog):
    cited = papers_of_catalog(shipped)
    silent = uncited(cited)
    print(f"{len(cited) - len(silent)} of {len(cited)} name a paper; none: {', '.join(silent)}")
    # Every objective is somebody's; what fetches, splits and averages is nobody's.
    assert not [name for name in silent if name.startswith("objectives/")]
    assert {"measure/mean", "data/random-split", "fetch/model"} <= set(silent)


def test_a_title_is_taken_from_wherever_the_catalog_gives_it(shipped: Catalog):
    # The docstring of IRM has the number alone; the coloured digits name the paper in full.
    titles = {paper.arxiv: paper.title for paper in papers_of_catalog(shipped)["objectives/irm"]}
    assert titles["1907.02893"] == "Invariant Risk Minimization"


def test_keys_of_different_papers_differ(shipped: Catalog):
    papers = {paper for papers in papers_of_catalog(shipped).values() for paper in papers}
    identities = {(p.arxiv or p.title): p.key for p in papers}
    assert len(set(identities.values())) == len(identities) > 20
