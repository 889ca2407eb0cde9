"""Email: extract newsletters, one or several in a file."""

import re
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean
from index.formats.parsed import Parsed
from index.formats.web_pages import parse_page

# What is between two mails of a file (RFC 4155): "From - Tue, 03 Feb 2026 08:00:00 +0000", and then a header.
_NEXT_MAIL = re.compile(rb"(?:\A|\r?\n\r?\n)From \S+ [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n(?=[A-Za-z-]+:)")
_LINK = re.compile(r"\S*://\S*")
_RICHER = 2  # times as many words has the HTML of a mail whose plain text only says where to read it


def parse_mail(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the mails of a file. The subject is the title, the sender the outlet.

    The plain text is read, or the HTML if it has much more words. Of several mails, one that cannot be decoded has no
    text.
    """
    mails = [mail for mail in _NEXT_MAIL.split(content) if mail.strip()] or [content]
    if len(mails) == 1:
        return [_parse(path, content)]
    return [_parse_one_of_many(path, mail) for mail in mails]


def _parse_one_of_many(path: str, mail: bytes) -> Parsed:
    try:
        return _parse(path, mail)
    except UnreadableArticle:
        return Parsed("")


def _parse(path: str, mail: bytes) -> Parsed:
    message = BytesParser(policy=policy.default).parsebytes(mail)
    headers = {"title": message["subject"], "published": message["date"]}
    sender = message["from"]
    if sender is not None and sender.addresses:
        headers["outlet"] = sender.addresses[0].display_name or sender.addresses[0].domain
    stated = {fact: str(value) for fact, value in headers.items() if value}
    plain = clean(_content(path, message, "plain")).strip()
    page = parse_page(clean(_content(path, message, "html")))
    if _count_words(page.text) > _RICHER * _count_words(plain):
        return Parsed(page.text, {**page.stated, **stated})
    return Parsed(plain, stated)


def _count_words(text: str) -> int:
    return len(_LINK.sub(" ", text).split())


def _content(path: str, message: EmailMessage, kind: str) -> str:
    """Return the body of this kind, or "" if the mail has none."""
    body = message.get_body((kind,))
    try:
        written = body.get_content() if body is not None else ""
    except (LookupError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableArticle(
            f"{path}: the mail's text cannot be decoded ({type(error).__name__}). Expected a valid mail. Save it as "
            "text or HTML."
        ) from None
    if not isinstance(written, str) or "\ufffd" in written:
        raise UnreadableArticle(
            f"{path}: the mail's text cannot be decoded. Expected a valid mail. Save it as text or HTML."
        )
    return written
