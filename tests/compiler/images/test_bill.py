import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from heldout.compiler.images.bill import bill_of_materials
from heldout.compiler.images.recipe import requirements_bytes
from heldout.compiler.images.requirements import read_requirements

BASE = f"python@sha256:{'b' * 64}"


def bill(**more):
    return bill_of_materials(**{"name": "cpu", "base": BASE, "recipe": "sha256:1", "epoch": 86400} | more)


def test_it_is_what_cyclonedx_says_a_bill_is():
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill().decode()) is None


def test_every_wheel_is_in_it_with_every_hash():
    components = {each["name"]: each for each in json.loads(bill())["components"]}
    for wheel in read_requirements(requirements_bytes("cpu").decode()):
        component = components[wheel.name]
        assert component["version"] == wheel.version
        (files,) = component["externalReferences"]
        assert {each["content"] for each in files["hashes"]} == set(wheel.hashes)
    assert components["python"]["hashes"] == [{"alg": "SHA-256", "content": "b" * 64}]
    assert components["heldout"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]


def test_the_image_depends_on_all_of_them():
    content = json.loads(bill())
    (image,) = [each for each in content["dependencies"] if each["ref"] == "image"]
    assert set(image["dependsOn"]) == {each["bom-ref"] for each in content["components"]}


def test_the_same_image_gives_the_same_bytes_and_another_does_not():
    assert bill() == bill()
    assert json.loads(bill())["metadata"]["timestamp"].startswith("1970-01-02T00:00:00")
    numbers = {json.loads(each)["serialNumber"] for each in (bill(), bill(recipe="sha256:2"), bill(epoch=1))}
    assert len(numbers) == 3
