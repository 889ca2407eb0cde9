"""Parsers: extract the text of files that are not plain text. They run in the sandbox only.

Each takes the path and the bytes of a file and returns the articles in it with their visible text: no comments,
scripts, hidden elements or alternative texts. It raises UnreadableArticle with the reason and what to do.
"""

from collections.abc import Callable, Mapping, Sequence

from index.formats.mails import parse_mail
from index.formats.parsed import Parsed
from index.formats.pdf_files import parse_pdf
from index.formats.rtf_files import parse_rtf
from index.formats.web_pages import parse_html
from index.formats.word_files import parse_docx

PARSERS: Mapping[str, Callable[[str, bytes], Sequence[Parsed]]] = {
    ".html": parse_html,
    ".htm": parse_html,
    ".pdf": parse_pdf,
    ".docx": parse_docx,
    ".rtf": parse_rtf,
    ".eml": parse_mail,
}
