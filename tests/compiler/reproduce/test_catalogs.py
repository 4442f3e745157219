from heldout.compiler.reproduce.catalogs import Other, named, other_claims, others
from heldout.compiler.reproduce.selection import components_of, select


def changed(catalog, **operators):
    """A catalog in which some operators have another digest, or are gone."""
    kept = {n: o for n, o in catalog.operators.items() if operators.get(n.replace("/", "_")) != "gone"}
    for name, digest in operators.items():
        if (name := name.replace("_", "/")) in kept:
            kept[name] = kept[name].model_copy(update={"digest": digest})
    return catalog.model_copy(update={"operators": kept})


def found(study, here):
    return others(study, study.plan, components_of(study, select(study).tasks), here)


def test_the_same_catalog_has_no_others(study, catalog):
    assert found(study, catalog) == ()
    assert other_claims(study, catalog) == ()


def test_only_what_is_used_counts(study, catalog):
    assert found(study, changed(catalog, select_best="sha256:x")) == ()
    other = changed(catalog, train_classifier="sha256:x", data_digits="gone")
    assert found(study, other) == (Other("data/digits", True), Other("train/classifier", False))
    assert named(found(study, other)) == "data/digits is not here, train/classifier is another version"


def test_a_component_counts_as_its_operator_does(study, catalog):
    components = {**catalog.components, "objectives": {}}
    (kind, *_) = sorted(components_of(study, select(study).tasks))
    other = catalog.model_copy(update={"components": {**components, kind.split("/")[0]: {}}})
    assert Other(kind, True) in found(study, other)


def test_claims_that_are_judged_otherwise(study, catalog):
    claims = {"compare": catalog.claims["compare"].model_copy(update={"digest": "sha256:x"})}
    other = catalog.model_copy(update={"components": {**catalog.components, "claims": claims}})
    assert other_claims(study, other) == ("compare", "threshold")


def test_many_are_counted():
    assert named(tuple(Other(str(n), True) for n in range(7))).endswith("4 is not here, and 2 more")
