"""Parsers: extract the text of files that are not plain text. They run in the sandbox only.

Each takes the path and the bytes of a file and returns the articles in it with their visible text: no comments,
scripts, hidden elements or alternative texts. It raises UnreadableArticle with the reason and what to do.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import PurePosixPath

from index.formats.parsed import Parsed

# The function of each kind, by its module. A module is imported for the first file that needs it: only the sandbox
# parses, and compiling the patterns of all kinds takes a fifth of a second.
_PARSERS: Mapping[str, tuple[str, str]] = {
    ".html": ("web_pages", "parse_html"),
    ".htm": ("web_pages", "parse_html"),
    ".pdf": ("pdf_files", "parse_pdf"),
    ".docx": ("word_files", "parse_docx"),
    ".odt": ("open_documents", "parse_odt"),
    ".rtf": ("rtf_files", "parse_rtf"),
    ".eml": ("mails", "parse_mail"),
    ".mbox": ("mails", "parse_mail"),
    ".mhtml": ("web_archives", "parse_mhtml"),
    ".mht": ("web_archives", "parse_mhtml"),
    ".epub": ("web_archives", "parse_epub"),
    ".xml": ("xml_files", "parse_xml"),
    ".rss": ("xml_files", "parse_xml"),
    ".atom": ("xml_files", "parse_xml"),
    ".warc": ("web_archives", "parse_warc"),
    ".warc.gz": ("web_archives", "parse_warc"),
}
PARSED_KINDS = tuple(_PARSERS)


def parser_of(kind: str) -> Callable[[str, bytes], Sequence[Parsed]]:
    """Return the parser of a kind of file, one of `PARSED_KINDS`."""
    module, function = _PARSERS[kind]
    return getattr(import_module(f"index.formats.{module}"), function)  # type: ignore[no-any-return]


def kind_of(path: str) -> str:
    """Return the end of a file's name that says what it is.

    >>> kind_of("a.TXT"), kind_of("news-2026.warc.gz")
    ('.txt', '.warc.gz')
    """
    name = path.lower()
    return ".warc.gz" if name.endswith(".warc.gz") else PurePosixPath(name).suffix
