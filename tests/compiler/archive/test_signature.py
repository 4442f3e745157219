"""Sign manifests with keys made here, and check what was signed, by whom, and for what."""

import subprocess
from pathlib import Path

import pytest

from heldout.compiler.archive.signature import NAMESPACE, CannotSign, check_signature, is_signature, sign

MANIFEST = b"0" * 64 + b"  report/index.html\n"


def new_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_key(tmp_path_factory.mktemp("keys") / "ada")


def trusting(folder: Path, name: str, key: Path) -> Path:
    signers = folder / "signers"
    signers.write_text(f"{name} {key.with_suffix('.pub').read_text()}")
    return signers


def state(manifest: bytes, signature: bytes | None, signers: Path | None) -> tuple[str, str]:
    (found,) = check_signature(manifest, signature, signers)
    return found.state, found.text


def test_a_trusted_key_holds(key: Path, tmp_path: Path):
    signed = sign(MANIFEST, key)
    said = state(MANIFEST, signed, trusting(tmp_path, "ada@example.org", key))
    assert said[0] == "holds"
    assert "by ada@example.org, with the key SHA256:" in said[1]


def test_the_same_bytes_twice(key: Path):
    assert sign(MANIFEST, key) == sign(MANIFEST, key)


def test_another_manifest_differs(key: Path, tmp_path: Path):
    signers = trusting(tmp_path, "ada@example.org", key)
    assert state(MANIFEST + b"more", sign(MANIFEST, key), signers)[0] == "differs"


def test_another_key_differs(key: Path, tmp_path: Path):
    other = new_key(tmp_path / "eve")
    said = state(MANIFEST, sign(MANIFEST, other), trusting(tmp_path, "ada@example.org", key))
    assert (said[0], "names nobody who may sign" in said[1]) == ("differs", True)


def test_a_signature_for_something_else_differs(key: Path, tmp_path: Path):
    done = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-n", "file", "-f", key], input=MANIFEST, capture_output=True, check=True
    )
    assert NAMESPACE != "file" and is_signature(done.stdout)
    assert state(MANIFEST, done.stdout, trusting(tmp_path, "ada@example.org", key))[0] == "differs"


def test_without_signers_the_key_is_named_and_nothing_holds(key: Path):
    said = state(MANIFEST, sign(MANIFEST, key), None)
    assert (said[0], "SHA256:" in said[1]) == ("unchecked", True)


def test_no_signature_differs_only_where_one_was_asked_for(key: Path, tmp_path: Path):
    assert state(MANIFEST, None, None)[0] == "unchecked"
    assert state(MANIFEST, None, trusting(tmp_path, "ada@example.org", key))[0] == "differs"


def test_what_is_no_signature_is_known_by_its_looks():
    assert not is_signature(b"-----BEGIN SSH SIGNATURE-----\n$(touch x)\n-----END SSH SIGNATURE-----\n")
    assert not is_signature(b"")


def test_a_key_that_is_none(tmp_path: Path):
    with pytest.raises(CannotSign, match="there is no key"):
        sign(MANIFEST, tmp_path / "none")
    (tmp_path / "letter").write_text("not a key")
    with pytest.raises(CannotSign, match="did not sign"):
        sign(MANIFEST, tmp_path / "letter")
