from heldout.compiler.digests import Other, digests_of, in_words, others


def test_only_what_is_wanted_counts():
    there = {"train/a": "1", "train/b": "2", "objectives/c": "3"}
    assert others({"train/a": "1"}, there) == ()
    assert others({"train/new": "9", "train/b": "8"}, there) == (
        Other("train/b", False),
        Other("train/new", True),
    )


def test_operators_and_components_stand_in_one_table(catalog):
    table = digests_of(catalog)
    assert table["train/classifier"] == catalog.operators["train/classifier"].digest
    assert table["objectives/coral"] == catalog.components["objectives"]["coral"].digest
    assert table["claims/compare"] == catalog.claims["compare"].digest
    assert len(table) == len(catalog.operators) + sum(map(len, catalog.components.values()))


def test_many_are_counted():
    assert in_words(tuple(Other(str(n), True) for n in range(7))).endswith("4 is not here, and 2 more")
    assert in_words([Other("train/a", True)], "in it") == "train/a is not in it"
    assert in_words([Other("train/a", False)], "in it") == "train/a is another version"
