"""Who is told how a run goes."""

from heldout.compiler.run.events import Progress


class Observer:
    """Is told how a run goes. This one lets it pass: override what is to be heard."""

    def note(self, text: str) -> None:
        """Something that people should know of a run, such as that there is no GPU for it here."""

    def progressed(self, progress: Progress) -> None:
        """How far the jobs have come: several times a second while they run, and once more at the end."""
