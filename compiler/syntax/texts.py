"""What a spec is written in: its own text, those of the bases that it includes, and its files of levels."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One file of a spec.

    Attributes:
        path: from the folder of the spec, with `/`; of the spec itself the name of its file.
        file: as diagnostics name it.
        data: its bytes.
    """

    path: str
    file: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def decoded(self) -> str:
        """As people read it, with a mark where bytes are no UTF-8."""
        return self.data.decode("utf-8-sig", errors="replace")


@dataclass(frozen=True)
class Texts:
    """All texts of a spec.

    Attributes:
        spec: its own.
        bases: that it includes, itself and through others, in the order in which they are laid over
            one another.
        levels: files of levels that it or its bases name, in the order in which they are named first.
    """

    spec: Text
    bases: tuple[Text, ...] = ()
    levels: tuple[Text, ...] = ()

    @property
    def beside(self) -> tuple[Text, ...]:
        """All but its own."""
        return (*self.bases, *self.levels)

    @property
    def sha256(self) -> str:
        """Of everything that is written: of a spec that names no other text, the hash of its file."""
        if not self.beside:
            return self.spec.sha256
        lines = [self.spec.sha256, *(f"{text.sha256} {text.path}" for text in self.beside)]
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()

    @property
    def decoded(self) -> dict[str, str]:
        """Each text by its file, as diagnostics are drawn with them."""
        return {text.file: text.decoded for text in (self.spec, *self.beside)}
