"""The bill of materials of an image, in CycloneDX's form."""

import uuid

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from heldout.compiler.images.epoch import moment
from heldout.compiler.images.inputs import digest_of, runtime_files
from heldout.compiler.images.recipe import load_images, requirements_bytes
from heldout.compiler.images.requirements import Requirement, read_requirements


def bill_of_materials(name: str, base: str, recipe: str, epoch: int) -> bytes:
    """What an image consists of: its base, heldout's runtime and every wheel with its hashes.

    The same image gives the same bytes: the serial number comes from the recipe. What the base
    itself consists of is not looked into; it is one component, by digest.

    Args:
        name: of the image, in containers/images.yaml.
        base: what it is built on: `REPOSITORY@sha256:…`, or the id of an image of this machine.
        recipe: the digest of all that it is built from.
        epoch: when it counts as made.
    """
    image = Component(
        name=load_images()[name].repository,
        version=recipe,
        type=ComponentType.CONTAINER,
        bom_ref="image",
    )
    wheels = read_requirements(requirements_bytes(name).decode())
    parts = [_base(base), _runtime(), *map(_wheel, wheels)]
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{recipe} {epoch}"),
        components=parts,
        metadata=BomMetaData(component=image, timestamp=moment(epoch)),
    )
    bom.register_dependency(image, parts)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    return text.encode() + b"\n"


def _base(base: str) -> Component:
    repository, _, digest = base.rpartition("@")
    return Component(
        name=repository or "image of the machine that built it",
        version=digest,
        type=ComponentType.CONTAINER,
        bom_ref="base",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest.removeprefix("sha256:"))],
    )


def _runtime() -> Component:
    digest = digest_of(runtime_files())
    return Component(
        name="heldout",
        version=digest,
        type=ComponentType.APPLICATION,
        bom_ref="heldout",
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest.removeprefix("sha256:"))],
    )


def _wheel(wheel: Requirement) -> Component:
    purl = PackageURL("pypi", name=wheel.name, version=wheel.version)
    # Hashes of the files that may be installed, one a platform: the component itself is no one file.
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(purl.to_string()),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in wheel.hashes],
    )
    return Component(
        name=wheel.name,
        version=wheel.version,
        type=ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        external_references=[files],
    )
