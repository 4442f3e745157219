import hashlib

import pytest
from pydantic import ValidationError

from heldout.compiler.catalog import shipped
from heldout.compiler.images import load_images, requirements_digest
from heldout.compiler.images.recipe import Image, requirements_bytes

ENTRY = {
    "description": "An image.",
    "base": {"repository": "r", "tag": "1", "digest": f"sha256:{'a' * 64}", "python": "python3"},
    "requirements": "requirements.cpu.txt",
    "repository": "heldout/cpu",
}


def test_every_base_is_named_by_digest():
    for image in load_images().values():
        repository, _, digest = image.base.reference.partition("@")
        assert repository == image.base.repository
        assert digest.startswith("sha256:") and len(digest) == len("sha256:") + 64


def test_no_image_is_called_with_a_host():
    assert {name: image.repository for name, image in load_images().items()} == {
        "cuda": "heldout/cuda",
        "cpu": "heldout/cpu",
    }


def test_the_digest_of_the_requirements_is_that_of_the_file():
    for name, image in load_images().items():
        data = shipped(image.requirements).read_bytes()
        assert requirements_bytes(name) == data
        assert requirements_digest(name) == "sha256:" + hashlib.sha256(data).hexdigest()
    assert requirements_digest("cpu") != requirements_digest("cuda")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"base": {**ENTRY["base"], "digest": "latest"}}, "digest"),
        ({"base": {**ENTRY["base"], "python": "python"}}, "python"),
        ({"base": {**ENTRY["base"], "python": "/usr/bin/python3; true"}}, "python"),
        ({"requirements": "../requirements.cpu.txt"}, "requirements"),
        ({"repository": "registry.example.org:5000/cpu"}, "repository"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_wrong_entry_is_refused(change, wrong):
    assert Image.model_validate(ENTRY).base.torch is None
    with pytest.raises(ValidationError, match=wrong):
        Image.model_validate({**ENTRY, **change})
