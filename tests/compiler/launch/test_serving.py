"""An image serves every study whose operators and components it holds, whatever was added since."""

from dataclasses import replace

import pytest

from heldout.compiler.compile import compile_study
from heldout.compiler.digests import Other
from heldout.compiler.images import Pin, Pins
from heldout.compiler.images.holdings import Holdings
from heldout.compiler.launch.serving import lacking, serving_pin
from heldout.compiler.refusal import Missing, Refusal

STUDY = """
axes: {method: [erm, coral], seed: {count: 2}}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
claims:
  good:
    says: It is good.
    threshold: {metric: score.accuracy, above: 0.1, pair: [method, seed], alpha: 0.5}
"""


@pytest.fixture
def study(compiler):
    return compiler(STUDY)


def pinned(study, *without, catalog="sha256:image", **other):
    """The image `cpu`, with what the study uses but for some, or with other digests."""
    used = study.uses
    operators = {name: other.get(name, digest) for name, digest in used.operators.items()}
    components = {n: other.get(n, d) for n, d in {**used.components, **used.claims}.items()}
    for name in without:
        operators.pop(name, None)
        components.pop(name, None)
    held = Holdings(1, catalog, operators, components)
    pin = Pin("heldout/cpu", "sha256:1", None, "sha256:r", catalog, "base", holds=held)
    return Pins(known={"cpu": pin})


def refused(study, pins, **more):
    with pytest.raises(Refusal) as caught:
        serving_pin(study, pins, **more)
    assert caught.value.hint
    return caught.value


def test_a_catalog_that_has_grown_since_does_not_matter(study):
    """The image was built when there were fewer operators: its catalog's digest is another."""
    pins = pinned(study)
    assert pins.get("cpu").catalog != study.catalog.digest
    assert serving_pin(study, pins) == pins.get("cpu")


def test_an_operator_that_the_study_uses_and_the_image_lacks(study):
    refusal = refused(study, pinned(study, "train/classifier"))
    assert refusal.kind == "wrong"
    assert str(refusal) == (
        "the image cpu does not hold all that the study uses: train/classifier is not in it"
    )
    assert "`heldout image build cpu` builds it again" in refusal.hint


@pytest.mark.parametrize("name", ["evaluate/classification", "objectives/coral", "claims/threshold"])
def test_another_version_of_what_the_study_uses(study, name):
    refusal = refused(study, pinned(study, **{name: "sha256:before"}))
    assert str(refusal).endswith(f"the study uses: {name} is another version")


def test_another_version_of_a_library_says_how_tasks_are_called_by_the_images_own(study):
    operator = study.catalog.operators["train/classifier"].model_copy(update={"libraries": ("torch",)})
    update = {"operators": study.catalog.operators | {"train/classifier": operator}}
    update["libraries"] = {"torch": "2.14"}
    newer, _ = compile_study(study.study, study.texts, study.catalog.model_copy(update=update))
    pin = pinned(newer).get("cpu")
    held = replace(pin, holds=replace(pin.holds, libraries={"torch": "2.13"}))
    refusal = refused(newer, Pins(known={"cpu": held}))
    assert "torch is another version" in str(refusal) and "HELDOUT_LIBRARIES=shipped" in refusal.hint


def test_own_operators_come_with_the_study(study):
    """They are in no image, and not among those that are shipped; what is shipped is to be there."""
    own = replace(study, study=replace(study.study, operators=(("my_operators.py", None),)))
    pin = pinned(study, "data/imported", "train/classifier").get("cpu")
    assert lacking(study, pin) == (Other("data/imported", True), Other("train/classifier", True))
    assert lacking(own, pin) == (Other("train/classifier", True),)  # of which only the latter is shipped


def test_another_version_of_the_language(study):
    pins = pinned(study)
    pin = pins.get("cpu")
    older = Pins(known={"cpu": replace(pin, holds=replace(pin.holds, language=0))})
    assert "is of version 0 of the language" in str(refused(study, older))


def test_of_an_image_of_before_only_the_whole_catalog_is_known(study):
    pin = replace(pinned(study).get("cpu"), holds=None)
    pins = Pins(known={"cpu": pin})
    assert serving_pin(study, pins, catalog="sha256:image") == pin
    refusal = refused(study, pins, catalog="sha256:ours")
    assert "holds the catalog sha256:image…, and studies compile against sha256:ours…" in str(refusal)
    assert "`heldout image build cpu` builds it again" in refusal.hint
    assert "`heldout image verify cpu` writes down what it holds" in refusal.hint


def test_an_image_that_was_never_built(study):
    with pytest.raises(Missing, match="has not been built or pulled here"):
        serving_pin(study, Pins())
