"""The JSON of an archive, by one reader, and of the shape that it must have."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, TypeAdapter, ValidationError

from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.strict_json import MIB, NotTaken, TooMuch, read_strictly

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# A second in the year 2286 is below it, and so are a million years of computing.
Amount = Annotated[float, Field(ge=0, le=1e14, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**60)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Member(_Document):
    """A result that a task read."""

    task: Sha256
    port: str
    metric: str | None = None
    hide: list[str] = []


class StoredFile(_Document):
    size: Count
    sha256: Sha256


class LeftOut(_Document):
    """What an archive has no files of, but their checksums."""

    outputs: dict[str, str] = {}
    files: dict[str, StoredFile] = {}


class Record(_Document):
    """What `manifest.json` of a task says."""

    task: Sha256
    operator: str
    digest: str
    components: dict[str, str]
    parameters: dict[str, JsonValue]
    inputs: dict[str, Member | list[Member | None] | None]
    outputs: dict[str, str]
    files: dict[str, StoredFile]
    left_out: LeftOut = LeftOut()
    missing: list[Sha256] = []
    same_as: Sha256 | None = None
    content: Sha256 | None = None
    environment: dict[str, JsonValue] = {}
    seconds: Amount = 0.0
    cpu_seconds: Amount = 0.0
    gpu_joules: Amount = 0.0
    finished: Amount = 0.0
    peak_rss_mb: Amount = 0.0


class Trouble(_Document):
    """A task without a result."""

    task: Sha256
    error: str | None = None
    message: str | None = None
    coordinates: dict[str, JsonValue] | None = None


class Done(_Document):
    """How a job went."""

    stage: str
    failed: list[Trouble] = []
    blocked: list[Trouble] = []


class Locked(_Document):
    """A lock, or what a study rests on: entries by name, and by claim what was locked of it."""

    entries: dict[str, str]
    claims: dict[str, dict[str, str | int]]


class LockFile(_Document):
    """The lock beside a spec, by scale."""

    scales: dict[str, Locked]


class States(_Document):
    locked: bool
    claims: dict[str, str]
    removed: list[str]


class RestsOn(_Document):
    """lock.json."""

    entries: dict[str, str]
    claims: States
    locked: Locked | None = None


class ImageFile(_Document):
    path: str
    sha256: Sha256


class Image(_Document):
    """image.json."""

    name: str
    pin: dict[str, str | None] | None = None
    file: ImageFile | None = None
    bill_of_materials: ImageFile | None = None
    holds: ImageFile | None = None


class _Claim(_Document):
    id: str
    says: str
    verdict: str


class StudyCard(_Document):
    claims: list[_Claim]


# What the JSON of a place must be, and the most bytes of it. The first that fits a name counts.
_PLACES: tuple[tuple[str, int, TypeAdapter[Any] | None], ...] = (
    (r"archive\.json", MIB, None),
    (r"catalog\.json", 16 * MIB, None),
    (r"lock\.json", 16 * MIB, TypeAdapter(RestsOn)),
    (r"environment\.json", 16 * MIB, TypeAdapter(list[dict[str, JsonValue]])),
    (r"ro-crate-metadata\.json", 64 * MIB, TypeAdapter(dict[str, JsonValue])),
    (r"image/image\.json", MIB, TypeAdapter(Image)),
    (r"spec/[^/]+\.lock\.json", 64 * MIB, TypeAdapter(LockFile)),
    (r"store/objects/[0-9a-f]{2}/[0-9a-f]{64}/manifest\.json", 16 * MIB, TypeAdapter(Record)),
    (r"workflow/done/[a-z0-9_]+/[0-9]+\.json", 64 * MIB, TypeAdapter(Done)),
    (r"image/[^/]+\.catalog\.json", 16 * MIB, None),
    (r"report/study\.json", 64 * MIB, TypeAdapter(StudyCard)),
    (r"report/verdicts\.json", 64 * MIB, TypeAdapter(list[_Claim])),
)
_PATTERNS = tuple((re.compile(place), most, shape) for place, most, shape in _PLACES)
_LONGEST = 256 * MIB  # of any other


def longest(name: str) -> int:
    """The most bytes that a JSON file of an archive may have."""
    return next((most for pattern, most, _ in _PATTERNS if pattern.fullmatch(name)), _LONGEST)


def read_json(name: str, data: bytes) -> Any:
    """The value of a JSON file.

    Raises:
        ArchiveRefused: it is too long or not taken for JSON (`heldout.compiler.strict_json`).
    """
    try:
        return read_strictly(data, longest(name))
    except TooMuch as error:
        raise ArchiveRefused("too-many-bytes", f"{name!a} {error}") from error
    except NotTaken as error:
        raise ArchiveRefused("wrong-format", f"{name!a} {error}") from error


def has_shape(name: str) -> bool:
    """Whether more is asked of a file of this name than to be JSON."""
    return any(pattern.fullmatch(name) for pattern, _, shape in _PATTERNS if shape is not None)


def refuse_other_shape(name: str, data: bytes) -> None:
    """Refuse a JSON file that does not say what a file of its name says.

    Raises:
        ArchiveRefused: as `read_json`, or a field has the wrong type.
    """
    shape = next(shape for pattern, _, shape in _PATTERNS if pattern.fullmatch(name))
    assert shape is not None
    read_as(shape, name, read_json(name, data))


def read_as(shape: TypeAdapter[Any], name: str, value: Any) -> Any:
    """A value in the shape that it must have.

    Raises:
        ArchiveRefused: it has not; the message names the first field.
    """
    try:
        return shape.validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part)[:100] for part in first["loc"])
        raise ArchiveRefused("wrong-format", f"{name!a}, {where[:300]!a}: {first['msg'][:200]}") from error
