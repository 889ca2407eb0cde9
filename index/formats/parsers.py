"""Parsers: extract the text of files that are not plain text. They run in the sandbox only.

Each takes the path and the bytes of a file and returns the articles in it with their visible text: no comments,
scripts, hidden elements or alternative texts. It raises UnreadableArticle with the reason and what to do.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from index.formats.mails import parse_mail
from index.formats.open_documents import parse_odt
from index.formats.parsed import Parsed
from index.formats.pdf_files import parse_pdf
from index.formats.rtf_files import parse_rtf
from index.formats.web_archives import parse_epub, parse_mhtml, parse_warc
from index.formats.web_pages import parse_html
from index.formats.word_files import parse_docx

PARSERS: Mapping[str, Callable[[str, bytes], Sequence[Parsed]]] = {
    ".html": parse_html,
    ".htm": parse_html,
    ".pdf": parse_pdf,
    ".docx": parse_docx,
    ".odt": parse_odt,
    ".rtf": parse_rtf,
    ".eml": parse_mail,
    ".mbox": parse_mail,
    ".mhtml": parse_mhtml,
    ".mht": parse_mhtml,
    ".epub": parse_epub,
    ".warc": parse_warc,
    ".warc.gz": parse_warc,
}


def kind_of(path: str) -> str:
    """Return the end of a file's name that says what it is.

    >>> kind_of("a.TXT"), kind_of("news-2026.warc.gz")
    ('.txt', '.warc.gz')
    """
    name = path.lower()
    return ".warc.gz" if name.endswith(".warc.gz") else PurePosixPath(name).suffix
