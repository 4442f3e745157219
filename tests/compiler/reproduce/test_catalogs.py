from importlib.metadata import version

from heldout.compiler.compile import compile_study
from heldout.compiler.digests import Other, in_words
from heldout.compiler.reproduce.catalogs import other_claims, other_libraries, other_operators
from heldout.compiler.reproduce.selection import restricted


def changed(catalog, **operators):
    """A catalog in which some operators have another digest, or are gone."""
    kept = {n: o for n, o in catalog.operators.items() if operators.get(n.replace("/", "_")) != "gone"}
    for name, digest in operators.items():
        if (name := name.replace("_", "/")) in kept:
            kept[name] = kept[name].model_copy(update={"digest": digest})
    return catalog.model_copy(update={"operators": kept})


def test_the_same_catalog_has_no_others(study, catalog):
    assert other_operators(study, catalog) == ()
    assert other_claims(study, catalog) == ()


def test_only_what_is_used_counts(study, catalog):
    assert other_operators(study, changed(catalog, select_best="sha256:x")) == ()
    other = changed(catalog, train_classifier="sha256:x", data_digits="gone")
    assert other_operators(study, other) == (Other("data/digits", True), Other("train/classifier", False))
    assert (
        in_words(other_operators(study, other))
        == "data/digits is not here, train/classifier is another version"
    )


def test_a_component_counts_as_its_operator_does(study, catalog):
    components = {**catalog.components, "objectives": {}}
    (kind, *_) = sorted(study.uses.components)
    other = catalog.model_copy(update={"components": {**components, kind.split("/")[0]: {}}})
    assert Other(kind, True) in other_operators(study, other)


def test_claims_that_are_judged_otherwise(study, catalog):
    claims = {"compare": catalog.claims["compare"].model_copy(update={"digest": "sha256:x"})}
    other = catalog.model_copy(update={"components": {**catalog.components, "claims": claims}})
    assert other_claims(study, other) == ("compare", "threshold")


def test_what_is_not_computed_again_may_be_another(study, catalog):
    """Of the claim's cells alone: those of its stages, and what these are computed from."""
    digits = next(task for _, task in study.expansions["digits"].cells())
    only = restricted(study, {digits}, {})
    other = changed(catalog, train_classifier="sha256:x")
    assert other_operators(only, other) == ()
    assert other_operators(study, other) == (Other("train/classifier", False),)


def test_libraries_of_other_versions_are_named(study, catalog):
    assert other_libraries(study) == ()
    operator = catalog.operators["train/classifier"].model_copy(update={"libraries": ("torch",)})
    # What is not used does not count.
    update = {"libraries": {"torch": "1.0", "numpy": "1.0"}}
    update["operators"] = catalog.operators | {"train/classifier": operator}
    compiled, _ = compile_study(study.study, study.texts, catalog.model_copy(update=update))
    here = ".".join(version("torch").split(".")[:2])
    assert other_libraries(compiled) == (f"torch {here} for 1.0",)
