"""Signatures of archives: an SSH key speaks for the manifest, and so for every file that it lists."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from heldout.compiler.archive.findings import Finding, differs, holds, unchecked
from heldout.compiler.environment import child_environment
from heldout.compiler.refusal import Refusal

# What the signature is for: one that was made for a commit or a letter does not pass as an archive's.
NAMESPACE = "heldout-archive"
PROGRAM = "ssh-keygen"
LONGEST = 2**16
_PATIENCE_SECONDS = 60.0  # without anyone at a keyboard
_ARMOUR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]{1,65000}-----END SSH SIGNATURE-----\n?"
)
_FINGERPRINT = re.compile(r"[A-Z0-9]+ key (SHA256:[A-Za-z0-9+/=]+)")


class CannotSign(Refusal):
    """The manifest was not signed, and why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "`ssh-keygen -t ed25519` makes a key")


def sign(manifest: bytes, key: Path) -> bytes:
    """A signature of a manifest, in OpenSSH's armour.

    Keys of the kind Ed25519 and RSA give the same bytes each time; ECDSA and keys in hardware do not.

    Args:
        manifest: what `manifest-sha256.txt` holds.
        key: the file of a private key, or of a public one whose private half an agent holds.

    Raises:
        CannotSign: there is no such key, its pass phrase was wrong, or ssh-keygen is missing.
    """
    if not key.is_file():
        raise CannotSign(f"there is no key {key}")
    if shutil.which(PROGRAM) is None:
        raise CannotSign(f"{PROGRAM} is not installed: it comes with OpenSSH")
    # The terminal is left to it: it may ask for a pass phrase.
    done = subprocess.run(
        [PROGRAM, "-Y", "sign", "-n", NAMESPACE, "-f", key.resolve()],
        input=manifest,
        capture_output=True,
        env=child_environment(),
        check=False,
    )
    if done.returncode != 0 or _ARMOUR.fullmatch(done.stdout) is None:
        raise CannotSign(f"{PROGRAM} did not sign with {key}: {_complaint(done.stderr)}")
    return done.stdout


def is_signature(content: bytes) -> bool:
    """Whether bytes look like a signature at all; nothing else is handed to OpenSSH."""
    return len(content) <= LONGEST and _ARMOUR.fullmatch(content) is not None


def check_signature(manifest: bytes, signature: bytes | None, signers: Path | None) -> Iterator[Finding]:
    """Who signed an archive.

    Args:
        manifest: what `manifest-sha256.txt` holds.
        signature: what lies beside it; None where the archive is not signed.
        signers: the keys that the reader trusts, as OpenSSH lists them: a line is
            `NAME KIND KEY`. None: whether the signature fits the key that it names is all that can be said.
    """
    if signature is None:
        said = differs if signers is not None else unchecked
        yield said("signature", "the archive is not signed: nobody's key speaks for it")
        return
    if shutil.which(PROGRAM) is None:
        yield unchecked("signature", f"{PROGRAM} is not installed: it comes with OpenSSH")
        return
    with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
        path = Path(folder) / "signature"
        path.write_bytes(signature)
        fitting = _ask("check-novalidate", "-n", NAMESPACE, "-s", path, given=manifest)
        if fitting.returncode != 0:
            yield differs("signature", "it is not a signature of this archive's manifest")
            return
        found = _FINGERPRINT.search(fitting.stdout.decode(errors="replace"))
        key = found[1] if found else "an unnamed key"
        if signers is None:
            yield unchecked("signature", f"by the key {key}; whose that is, --signers FILE can say")
            return
        named = _ask("find-principals", "-f", signers.resolve(), "-s", path, given=b"")
        names = named.stdout.decode(errors="replace").splitlines()
        trusted = [name for name in names if _verified(manifest, path, signers, name)]
    if not trusted:
        yield differs("signature", f"by the key {key}, for which {signers} names nobody who may sign")
        return
    yield holds("signature", f"by {trusted[0]}, with the key {key}, over all files")


def _verified(manifest: bytes, signature: Path, signers: Path, name: str) -> bool:
    asked = _ask(
        "verify", "-n", NAMESPACE, "-f", signers.resolve(), "-I", name, "-s", signature, given=manifest
    )
    return asked.returncode == 0


def _ask(what: str, *options: str | Path, given: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [PROGRAM, "-Y", what, *options],
        input=given,
        capture_output=True,
        env=child_environment(),
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


def _complaint(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it did not say why"
