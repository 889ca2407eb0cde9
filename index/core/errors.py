"""What can go wrong that a person can mend.

Every message has three beats: what is, what was expected, what to do. The command
line prints it as it is, the page shows it as it is.
"""


class DatelineError(Exception):
    """The root: catch this to catch everything we raise on purpose."""


class BadSettings(DatelineError):
    """A setting has a value that cannot be used."""


class MissingKey(DatelineError):
    """A model needs a key that is not set."""


class SeedsMissing(DatelineError):
    """The seeds folder is not there."""


class SeedsUnwritable(DatelineError):
    """A file cannot be put into the seeds folder or taken out of it."""


class UnknownSeed(DatelineError):
    """The seeds folder has no such file, or the path leads out of it."""


class Unwatchable(DatelineError):
    """Nobody tells of changes in the seeds folder."""


class UnreadableArticle(DatelineError):
    """One file cannot become an article; the others go on."""


class FetchFailed(DatelineError):
    """An address of the web is not fetched from, or did not give a page."""


class UnknownArticle(DatelineError):
    """No visible article has that path."""


class UnknownChat(DatelineError):
    """No kept chat has that id."""


class UnknownAlert(DatelineError):
    """No alert has that number."""


class BadQuestion(DatelineError):
    """A question, or a line of a batch, that cannot be asked."""


class BadDraft(DatelineError):
    """A text whose sentences cannot be looked for on the shelf."""


class ResultUnwritable(DatelineError):
    """The result of an evaluation, or an exported answer, cannot be kept in that file."""


class StoreMismatch(DatelineError):
    """The store was made by another version or is not ours."""


class ShelfUnusable(DatelineError):
    """SQLite cannot read or write the shelf's file: a full disk, a lock, damage."""


class ShelfDamaged(ShelfUnusable):
    """The shelf's file is not what was written to it; it is built again from the seeds."""


class IndexMismatch(DatelineError):
    """The shelf was embedded with another model than the one set now."""


class DamagedVectors(DatelineError):
    """Chroma cannot be used; it is made again from the shelf, or the shelf is searched without it."""


class ChromaUnreachable(DatelineError):
    """The Chroma server does not answer as one; the shelf is searched without it."""


class NoScratchSpace(DatelineError):
    """The system's folder for passing files cannot be written to."""


class ShelfBusy(DatelineError):
    """Another process is indexing this shelf."""


class BadModelFile(DatelineError):
    """The embedding model's file is missing or not the one we know."""


class EmbeddingFailed(DatelineError):
    """The embedding endpoint did not give vectors."""


class ChatFailed(DatelineError):
    """The language model did not give a whole answer."""
