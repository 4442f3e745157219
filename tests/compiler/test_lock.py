import json
from dataclasses import replace
from hashlib import sha256

import pytest

from heldout.compiler.catalog import Catalog, load_catalog, shipped
from heldout.compiler.compile import compile_spec
from heldout.compiler.images import load_images
from heldout.compiler.images.pins import Pin, Pins
from heldout.compiler.lock import (
    Lock,
    LockError,
    claim_digest,
    claim_states,
    drift,
    entries,
    lock_path,
    lock_text,
    make_lock,
    read_lock,
)

NONE = Pins()

SPEC = """\
heldout: 1
study: locked
axes:
  held_out: [0, 30, 60]
  method: [erm, coral]
  seed: {count: 3}
stages:
  domains: {use: data/rotated-digits, angles: [0, 30, 60]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  helps:
    says: CORAL is the better.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [held_out, seed]}
"""

FETCHED = """\
heldout: 1
study: fetched
stages:
  images:
    use: data/huggingface
    repository: someone/images
    revision: 0123456789abcdef0123456789abcdef01234567
    label: label
    image: image
  table: {use: data/import-table, path: t.parquet, features: [a], label: b, sha256: "%s"}
"""


def compiled_from(text, catalog=None):
    compiled, found = compile_spec(text.encode(), "locked.yaml", None, catalog or load_catalog())
    assert compiled is not None, found
    return compiled


def scores(compiled):
    return {task for _, task in compiled.expansions["score"].cells()}


def test_entries_name_what_a_study_brings_from_outside():
    found = entries(compiled_from(FETCHED % ("a" * 64)), NONE)
    assert found["images.revision"] == "0123456789abcdef0123456789abcdef01234567"
    assert found["table.sha256"] == "a" * 64
    always = {"language", "spec", "base", "requirements"}
    used = {"operator data/huggingface", "operator data/import-table"}
    assert set(found) == always | used | {"images.revision", "table.sha256"}


def test_entries_name_what_a_study_uses_at_all_levels():
    found, catalog = entries(compiled_from(SPEC), NONE), load_catalog()
    names = {name for name in found if name.startswith(("operator ", "component "))}
    assert names == {
        *("operator data/rotated-digits", "operator data/leave-one-domain-out"),
        *("operator train/classifier", "operator evaluate/classification"),
        *("component objectives/erm", "component objectives/coral", "component networks/mlp"),
        *("component optimizers/adam", "component schedules/constant", "component claims/compare"),
    }
    assert found["operator train/classifier"] == catalog.operators["train/classifier"].digest
    assert found["component objectives/coral"] == catalog.components["objectives"]["coral"].digest


def pinned(image_id, digest=None, repository="heldout/cpu"):
    """Pins by which the image `cpu` is one of this id."""
    return Pins(known={"cpu": Pin(repository, image_id, digest, "sha256:2", "sha256:3", "base@sha256:4")})


def test_what_an_image_is_made_of_is_an_entry_before_there_is_one():
    found = entries(compiled_from(SPEC), NONE)
    requirements = sha256(shipped("requirements.cpu.txt").read_bytes()).hexdigest()
    assert found["requirements"] == f"sha256:{requirements}"
    assert found["base"] == load_images()["cpu"].base.reference


def test_an_image_is_an_entry_once_it_is_pinned():
    compiled = compiled_from(SPEC)
    assert "image" not in entries(compiled, NONE)
    assert entries(compiled, pinned("sha256:a"))["image"] == "sha256:a"
    for repository in ("heldout/cpu", "a.mirror/cpu"):  # the digest of the manifest, wherever it lies
        assert entries(compiled, pinned("sha256:a", "sha256:d", repository))["image"] == "sha256:d"


def test_an_image_is_drift_where_it_was_locked_and_is_another_or_gone():
    compiled = compiled_from(SPEC)
    a, b = pinned("sha256:a"), pinned("sha256:b")
    unpinned = make_lock(compiled, NONE, None, set())
    assert drift(compiled, unpinned, a) == {}  # built since
    lock = make_lock(compiled, a, None, set())
    assert drift(compiled, lock, b) == {"image": ("sha256:a", "sha256:b")}
    assert drift(compiled, lock, b, in_containers=False) == {"image": ("sha256:a", "sha256:b")}
    assert drift(compiled, lock, NONE) == {"image": ("sha256:a", None)}
    assert drift(compiled, lock, NONE, in_containers=False) == {}  # no job would run in it


def test_drift_names_the_entries_that_moved_and_nothing_else():
    lock = make_lock(compiled_from(FETCHED % ("a" * 64)), NONE, None, set())
    moved = drift(compiled_from(FETCHED % ("b" * 64)), lock, NONE)
    assert set(moved) == {"spec", "table.sha256"}
    assert moved["table.sha256"] == ("a" * 64, "b" * 64)
    gone = drift(compiled_from(SPEC), lock, NONE)
    assert gone["table.sha256"] == ("a" * 64, None)


def edited(catalog, *, operators=(), components=()):
    """A catalog after some of its files were edited, so that its own digest is another one too."""
    content = catalog.model_dump(by_alias=True)
    for name in operators:
        content["operators"][name]["digest"] = "sha256:edited"
    for kind, name in components:
        content["components"][kind][name]["digest"] = "sha256:edited"
    return Catalog.model_validate(content | {"digest": "sha256:another"})


def with_another(catalog):
    """A catalog with an operator and a component that it had not before."""
    operators = {**catalog.operators, "train/new": catalog.operators["train/classifier"]}
    objectives = {**catalog.components["objectives"], "new": catalog.components["objectives"]["coral"]}
    components = {**catalog.components, "objectives": objectives}
    return catalog.model_copy(
        update={"operators": operators, "components": components, "digest": "sha256:another"}
    )


def test_an_added_operator_makes_no_lock_stale():
    catalog = load_catalog()
    lock = make_lock(compiled_from(SPEC), NONE, None, set())
    assert drift(compiled_from(SPEC, with_another(catalog)), lock, NONE) == {}


def test_an_edit_of_what_a_study_does_not_use_makes_its_lock_not_stale():
    lock = make_lock(compiled_from(SPEC), NONE, None, set())
    unused = edited(
        load_catalog(), operators=["adapt/online"], components=[("objectives", "irm"), ("claims", "highest")]
    )
    assert drift(compiled_from(SPEC, unused), lock, NONE) == {}


def test_an_edit_of_what_a_study_uses_is_drift_by_its_name():
    catalog = load_catalog()
    lock = make_lock(compiled_from(SPEC), NONE, None, set())
    used = edited(
        catalog,
        operators=["train/classifier"],
        components=[("objectives", "coral"), ("claims", "compare")],
    )
    assert drift(compiled_from(SPEC, used), lock, NONE) == {
        "operator train/classifier": (catalog.operators["train/classifier"].digest, "sha256:edited"),
        "component objectives/coral": (catalog.components["objectives"]["coral"].digest, "sha256:edited"),
        "component claims/compare": (catalog.claims["compare"].digest, "sha256:edited"),
    }


def test_what_an_edit_of_the_spec_takes_in_is_that_edit():
    lock = make_lock(compiled_from(SPEC), NONE, None, set())
    more = SPEC.replace("method: [erm, coral]", "method: [erm, coral, irm]")
    assert set(drift(compiled_from(more), lock, NONE)) == {"spec"}
    again = make_lock(compiled_from(more), NONE, lock, set())
    assert set(drift(compiled_from(SPEC), again, NONE)) == {"spec"}
    # An entry that somebody took out of the lock is drift: nothing holds what it held.
    kept = {name: value for name, value in lock.entries.items() if name != "operator train/classifier"}
    assert set(drift(compiled_from(SPEC), Lock(kept, lock.claims), NONE)) == {"operator train/classifier"}


def of_the_whole_catalog(lock, catalog):
    """A lock as it was written before locks held single operators."""
    kept = {n: v for n, v in lock.entries.items() if n in ("language", "spec", "requirements")}
    return Lock(kept | {"catalog": catalog, "recipe": "sha256:all-files"}, lock.claims)


def test_a_lock_of_the_whole_catalog_holds_while_that_does():
    catalog = load_catalog()
    compiled = compiled_from(SPEC)
    old = of_the_whole_catalog(make_lock(compiled, NONE, None, set()), catalog.digest)
    assert drift(compiled, old, NONE) == {}
    new = make_lock(compiled, NONE, old, set())
    assert {"catalog", "recipe"} & set(new.entries) == set()
    assert "operator train/classifier" in new.entries and new.claims == old.claims
    grown = compiled_from(SPEC, with_another(catalog))
    assert drift(grown, old, NONE) == {"catalog": (catalog.digest, "sha256:another")}
    assert drift(grown, make_lock(grown, NONE, old, set()), NONE) == {}


def test_a_claim_locked_before_any_result_stays_locked():
    compiled = compiled_from(SPEC)
    before = make_lock(compiled, NONE, None, set())
    assert before.claims["helps"]["results"] == 0
    after = make_lock(compiled, NONE, before, scores(compiled))
    assert after == before
    assert claim_states(compiled, after) == {"locked": True, "claims": {"helps": "locked"}, "removed": []}


def test_a_claim_added_after_results_is_marked_with_their_number():
    compiled = compiled_from(SPEC)
    unclaimed = compiled_from(SPEC[: SPEC.index("claims:")])
    stored = set(sorted(scores(compiled))[:7]) | {"f" * 64}
    late = make_lock(compiled, NONE, make_lock(unclaimed, NONE, None, set()), stored)
    assert late.claims["helps"] == {
        "sha256": claim_digest(compiled.claims[0]), "results": 7, "was": "added", "planned": 18
    }  # fmt: skip
    assert claim_states(compiled, late)["claims"] == {"helps": "added"}


def test_a_claim_changed_after_results_is_marked_whether_or_not_it_is_locked_again():
    first = compiled_from(SPEC)
    lock = make_lock(first, NONE, None, set())
    changed = compiled_from(SPEC.replace("greater: coral, less: erm", "greater: erm, less: coral"))
    assert claim_states(changed, lock)["claims"] == {"helps": "changed"}
    again = make_lock(changed, NONE, lock, scores(changed))
    assert again.claims["helps"]["results"] == 18  # 3 domains x 2 methods x 3 seeds
    assert claim_states(changed, again)["claims"] == {"helps": "changed"}


def test_seeds_that_are_added_after_results_are_told_each_time():
    small, larger, largest = (compiled_from(SPEC.replace("count: 3", f"count: {n}")) for n in (3, 5, 10))
    lock = make_lock(small, NONE, None, set())
    again = make_lock(larger, NONE, lock, scores(small))
    assert claim_states(larger, again)["claims"] == {"helps": "grown"}
    assert claim_states(larger, again)["grew"] == {"helps": [18, 30]}  # 3 domains x 2 methods x 3, 5 seeds
    once_more = make_lock(largest, NONE, again, scores(larger))
    assert claim_states(largest, once_more)["grew"] == {"helps": [18, 30, 60]}
    # Running it, or locking it again as it is, changes nothing of that.
    assert make_lock(largest, NONE, once_more, scores(largest)) == once_more


def test_seeds_that_are_added_for_a_planned_look_are_no_growth_and_other_levels_are():
    says = "says: CORAL is the better.\n    looks: {axis: seed, at: [3, 5, 10], spending: pocock}"
    planned = SPEC.replace("says: CORAL is the better.", says)
    first, second = (compiled_from(planned.replace("count: 3", f"count: {n}")) for n in (3, 5))
    lock = make_lock(first, NONE, None, set())
    assert lock.claims["helps"]["planned"] == 18  # 3 domains x 2 methods x 3 seeds
    again = make_lock(second, NONE, lock, scores(first))
    assert again.claims == lock.claims
    assert claim_states(second, again) == {"locked": True, "claims": {"helps": "locked"}, "removed": []}
    # A domain more was not planned: 12 of the first look's results were to be, and 18 are now.
    narrow = planned.replace("held_out: [0, 30, 60]", "held_out: [0, 30]")
    lock = make_lock(compiled_from(narrow), NONE, None, set())
    grown = make_lock(second, NONE, lock, scores(first))
    assert claim_states(second, grown)["grew"] == {"helps": [12, 18]}


def test_looks_are_part_of_what_a_claim_says_and_the_look_at_hand_is_not():
    says = "says: CORAL is the better.\n    looks: {axis: seed, at: [3, 5], spending: pocock}"
    planned = SPEC.replace("says: CORAL is the better.", says)
    first, second = (compiled_from(planned.replace("count: 3", f"count: {n}")) for n in (3, 5))
    assert claim_digest(first.claims[0]) == claim_digest(second.claims[0])
    others = (SPEC, planned.replace("[3, 5]", "[3, 10]"), planned.replace("pocock", "obrien-fleming"))
    digests = {claim_digest(compiled_from(text).claims[0]) for text in (planned, *others)}
    assert len(digests) == 4


def test_seeds_that_are_added_before_any_result_are_none_of_anybodys_business():
    small, larger = (compiled_from(SPEC.replace("count: 3", f"count: {n}")) for n in (3, 5))
    lock = make_lock(larger, NONE, make_lock(small, NONE, None, set()), {"f" * 64})
    assert claim_states(larger, lock) == {"locked": True, "claims": {"helps": "locked"}, "removed": []}
    assert lock.claims["helps"]["planned"] == 30


def test_a_study_that_became_smaller_or_was_locked_before_this_was_kept_did_not_grow():
    small, larger = (compiled_from(SPEC.replace("count: 3", f"count: {n}")) for n in (3, 5))
    smaller = make_lock(small, NONE, make_lock(larger, NONE, None, set()), scores(small))
    assert claim_states(small, smaller)["claims"] == {"helps": "locked"}
    old = make_lock(small, NONE, None, set())
    bare = {name: {k: v for k, v in one.items() if k != "planned"} for name, one in old.claims.items()}
    kept = make_lock(larger, NONE, Lock(old.entries, bare), scores(small))
    assert claim_states(larger, kept)["claims"] == {"helps": "locked"}
    assert kept.claims["helps"]["planned"] == 30  # from now on


def test_a_claim_that_was_dropped_is_named():
    lock = make_lock(compiled_from(SPEC), NONE, None, set())
    unclaimed = compiled_from(SPEC[: SPEC.index("claims:")])
    assert claim_states(unclaimed, lock) == {"locked": True, "claims": {}, "removed": ["helps"]}
    assert claim_states(compiled_from(SPEC), None)["claims"] == {"helps": "unlocked"}


def test_the_hash_of_a_claim_covers_what_it_says_and_every_default():
    claim = compiled_from(SPEC).claims[0]
    assert claim_digest(claim) != claim_digest(replace(claim, says="CORAL is no worse."))
    written_out = SPEC.replace("pair: [held_out, seed]}", "pair: [held_out, seed], alpha: 0.05}")
    assert claim_digest(claim) == claim_digest(compiled_from(written_out).claims[0])
    stricter = SPEC.replace("pair: [held_out, seed]}", "pair: [held_out, seed], alpha: 0.01}")
    assert claim_digest(claim) != claim_digest(compiled_from(stricter).claims[0])


def test_a_lock_file_keeps_the_scales_apart(tmp_path):
    spec = tmp_path / "locked.yaml"
    whole, smoke = (
        Lock({"spec": "1"}, {}),
        Lock({"spec": "2"}, {"c": {"sha256": "3", "results": 0, "was": "added"}}),
    )
    lock_path(spec).write_text(lock_text(spec, None, whole))
    lock_path(spec).write_text(lock_text(spec, "smoke", smoke))
    assert read_lock(spec, None) == whole
    assert read_lock(spec, "smoke") == smoke
    assert read_lock(spec, "paper") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scales": 3}', '{"scales": {"full": {"entries": 3}}}'])
def test_a_damaged_lock_is_refused(tmp_path, text):
    spec = tmp_path / "locked.yaml"
    lock_path(spec).write_text(text)
    with pytest.raises(LockError, match="is no lock"):
        read_lock(spec, None)


def test_the_report_is_told_of_the_lock():
    from heldout.compiler.lower.report_plan import report_text

    compiled = compiled_from(SPEC)
    assert json.loads(report_text(compiled, None))["lock"]["claims"] == {"helps": "unlocked"}
    lock = make_lock(compiled, NONE, None, set())
    assert json.loads(report_text(compiled, lock))["lock"]["claims"] == {"helps": "locked"}
