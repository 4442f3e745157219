from heldout.compiler.images.inputs import catalog_digest
from heldout.compiler.images.labels import labels

OCI = "org.opencontainers.image."


def test_an_image_says_what_it_is_and_rests_on():
    base = f"python@sha256:{'b' * 64}"
    found = labels("cpu", base, "sha256:recipe", 86400)
    assert found[f"{OCI}base.name"] == "python"
    assert found[f"{OCI}base.digest"] == f"sha256:{'b' * 64}"
    assert found[f"{OCI}created"] == "1970-01-02T00:00:00Z"
    assert found[f"{OCI}revision"] == found["heldout.recipe"] == "sha256:recipe"
    assert found[f"{OCI}licenses"] == "Apache-2.0"
    assert found["heldout.catalog"] == catalog_digest()
    assert found["heldout.image"] == "cpu"
    assert found["heldout.base"] == base


def test_a_base_of_this_machine_has_an_id_and_no_name():
    found = labels("cpu", f"sha256:{'c' * 64}", "sha256:recipe", 0)
    assert found[f"{OCI}base.digest"] == found["heldout.base"] == f"sha256:{'c' * 64}"
    assert f"{OCI}base.name" not in found


def test_no_label_needs_escaping():
    for name in ("cpu", "cuda"):
        assert not any(set('"\\$\n') & set(text) for text in labels(name, "b@sha256:0", "r", 0).values())
