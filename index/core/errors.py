"""Errors: what a user can fix.

Every message says what is wrong, what was expected, and what to do. The command line and the page show it unchanged.
"""


class DatelineError(Exception):
    """The base of all errors that Dateline raises on purpose."""


class BadSettings(DatelineError):
    """A setting has a value that cannot be used."""


class MissingKey(DatelineError):
    """A model needs a key that is not set."""


class SeedsMissing(DatelineError):
    """The seeds folder does not exist."""


class SeedsUnwritable(DatelineError):
    """A file cannot be added to the seeds folder or removed from it."""


class UnknownSeed(DatelineError):
    """The seeds folder has no such file, or the path leads out of it."""


class SeedsUnwatchable(DatelineError):
    """Changes in the seeds folder cannot be noticed."""


class UnreadableArticle(DatelineError):
    """A file cannot be read as an article; the others are read."""


class FetchFailed(DatelineError):
    """A web address may not be fetched, or did not give a page."""


class PageUnchanged(FetchFailed):
    """A page is still the version that is known."""


class TryLater(FetchFailed):
    """A page could not be fetched, but may be later."""


class ServerBusy(TryLater):
    """A server asks to come back later, or takes too long."""

    def __init__(self, message: str, seconds: int = 0) -> None:
        """Remember how long the server asks to wait, if it does."""
        super().__init__(message)
        self.seconds = seconds


class UnknownFeed(DatelineError):
    """The shelf does not follow this feed."""


class UnknownArticle(DatelineError):
    """No visible article has this path."""


class BadCorrection(DatelineError):
    """A correction of an article cannot be made or undone."""


class UnknownChat(DatelineError):
    """No stored chat has this id."""


class UnknownPin(DatelineError):
    """No quote in the notebook has this number."""


class UnknownAlert(DatelineError):
    """No alert has this number."""


class BadToken(DatelineError):
    """A token of the API cannot be made or removed."""


class BadQuestion(DatelineError):
    """A question, or a line of a batch file, cannot be answered."""


class BadDraft(DatelineError):
    """A draft cannot be checked."""


class ResultUnwritable(DatelineError):
    """The result of an evaluation, or an exported answer, cannot be written to this file."""


class StoreMismatch(DatelineError):
    """The store was made by another version or another program."""


class ShelfUnusable(DatelineError):
    """SQLite cannot read or write the shelf's file: a full disk, a lock, damage."""


class ShelfDamaged(ShelfUnusable):
    """The shelf's file is not what was written to it. It can be rebuilt from the seeds folder."""


class IndexMismatch(DatelineError):
    """The shelf was embedded with a model other than the one set now."""


class VectorsDamaged(DatelineError):
    """Chroma cannot be used. It is rebuilt from the shelf, or the shelf is searched without it."""


class ChromaUnreachable(DatelineError):
    """The Chroma server does not answer as one. The shelf is searched without it."""


class NoScratchSpace(DatelineError):
    """The system's folder for temporary files cannot be written to."""


class ShelfBusy(DatelineError):
    """Another process is indexing this shelf."""


class BadModelFile(DatelineError):
    """The embedding model's file is missing or is another file than expected."""


class EmbeddingFailed(DatelineError):
    """The embedding endpoint returned no usable vectors."""


class RerankFailed(DatelineError):
    """The reranker returned no usable scores. Questions are answered without it."""


class ChatFailed(DatelineError):
    """The language model did not give a complete answer."""


class BackupUnwritable(DatelineError):
    """A backup cannot be written to this file."""


class BadBackup(DatelineError):
    """A file is not a backup, or not a complete one."""


class TargetNotEmpty(DatelineError):
    """A backup would be restored over what is there."""


class AlreadySending(DatelineError):
    """Another process is sending the messages about alerts."""


class NotDelivered(DatelineError):
    """A message about an alert could not be delivered. It is kept and sent again."""

    def __init__(self, message: str, seconds: int = 0) -> None:
        """Remember how long the receiver asks to wait, if it does."""
        super().__init__(message)
        self.seconds = seconds
