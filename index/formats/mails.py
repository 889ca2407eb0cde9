"""Email: extract newsletters, one or several in a file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean
from index.formats.parsed import Parsed, unread
from index.formats.web_pages import parse_page

# What is between two mails of a file (RFC 4155): "From - Tue, 03 Feb 2026 08:00:00 +0000", and then a header.
_NEXT_MAIL = re.compile(rb"(?:\A|\r?\n\r?\n)From \S+ [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n(?=[A-Za-z-]+:)")
# In a mailbox, what would look like the line above has a mark, and so has what has such a mark itself.
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MAIL = "message/rfc822"
# What mail programs write above a forwarded mail. The one of Outlook is above the mail that is answered, too.
_FORWARDED = re.compile(
    r"^[> \t]*(?:-{4,}[ \t]*Forwarded message[ \t]*-{4,}|Begin forwarded message:"
    r"|(?P<reply>-{4,}[ \t]*Original Message[ \t]*-{4,}))[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_ORIGINAL_HEADER = re.compile(
    r"\s*(?:>[ \t]*)*\*?(?P<name>From|Date|Sent|Subject|To|Cc|Reply-To)\*?:\*?[ \t]*(?P<value>[^\n]*)", re.IGNORECASE
)
_FORWARDS = re.compile(r"(?:fwd?|wg|tr|rv|i):\s*", re.IGNORECASE)
_FIRST_IDEOGRAPH = "\u2e80"  # from here on are the characters of Chinese and Japanese, without spaces between words
_IDEOGRAPHS_PER_WORD = 2  # about
_MOST_WORDS_OF_NOTE = 30  # "For the file" above a forwarded mail is no article
_RICHER = 2  # times as many words has the HTML of a mail whose plain text only says where to read it


def parse_mail(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the mails of a file. The subject is the title, the sender the outlet.

    The plain text is read, or the HTML if it has much more words. A forwarded mail has the day, sender and subject of
    the original; what was written above it is an article of its own unless it is short. Of several mails, one that
    cannot be read has the reason instead.
    """
    mails = [mail for mail in _NEXT_MAIL.split(content) if mail.strip()] or [content]
    if len(mails) == 1 and mails[0] == content:
        return _parse(path, _message(content))
    mails = [_ESCAPED.sub(rb"\1", mail) for mail in mails]
    if len(mails) == 1:
        return _parse(path, _message(mails[0]))
    return [parsed for mail in mails for parsed in _parse_one_of_many(path, mail)]


def _message(mail: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(mail)


def _parse_one_of_many(path: str, mail: bytes) -> Sequence[Parsed]:
    try:
        return _parse(path, _message(mail))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (a mail may break its parser in any way; the others are read)
        return [unread(path, error)]


def _parse(path: str, message: EmailMessage) -> Sequence[Parsed]:
    attached = [part.get_payload() for part in message.iter_attachments() if part.get_content_type() == _MAIL]
    mails = [mail for payload in attached if isinstance(payload, list) for mail in payload[:1]]
    own = _without_forwarding(_read(path, message))
    inner = [parsed for mail in mails if isinstance(mail, EmailMessage) for parsed in _parse(path, mail)]
    inner = [parsed for parsed in inner if parsed.text]
    if inner and len(own) == 1 and _count_words(own[0].text) <= _MOST_WORDS_OF_NOTE:
        return inner
    return [*own, *inner]


def _read(path: str, message: EmailMessage) -> Parsed:
    headers = {"title": message["subject"], "published": message["date"]}
    sender = message["from"]
    if sender is not None and sender.addresses:
        headers["outlet"] = sender.addresses[0].display_name or sender.addresses[0].domain
    stated = {fact: str(value) for fact, value in headers.items() if value}
    origins = {"published": "mail"} if "published" in stated else {}
    plain = clean(_content(path, message, "plain")).strip()
    page = parse_page(clean(_content(path, message, "html")))
    if _count_words(page.text) > _RICHER * _count_words(plain):
        return Parsed(page.text, {**page.stated, **stated}, origins={**page.origins, **origins})
    return Parsed(plain, stated, origins=origins)


def _without_forwarding(mail: Parsed) -> Sequence[Parsed]:
    """Part a mail from the one that it forwards."""
    notes = list[Parsed]()
    while (found := _FORWARDED.search(mail.text)) and (
        not found["reply"] or _FORWARDS.match(mail.stated.get("title", ""))
    ):
        headers, end = _headers_of_original(mail.text, found.end())
        name, address = parseaddr(headers.get("from", ""))
        body = mail.text[end:].strip()
        if not headers.get("from") or not body:
            break
        note = mail.text[: found.start()].strip()
        if _count_words(note) > _MOST_WORDS_OF_NOTE:
            notes.append(replace(mail, text=note))
        stated = {
            "title": _FORWARDS.sub("", headers.get("subject") or mail.stated.get("title", "")),
            "outlet": name or address.rpartition("@")[2],
            "published": headers.get("date") or headers.get("sent", ""),
        }
        text = re.sub(r"^> ?", "", body, flags=re.MULTILINE).strip() if body[0] == ">" else body
        mail = Parsed(text, stated, origins={"published": "forwarded_mail"})
    return [*notes, replace(mail, stated={fact: value for fact, value in mail.stated.items() if value})]


def _headers_of_original(text: str, start: int) -> tuple[Mapping[str, str], int]:
    """Return the headers below the line that begins a forwarded mail, by name, and where they end."""
    headers = dict[str, str]()
    while found := _ORIGINAL_HEADER.match(text, start):
        headers.setdefault(found["name"].lower(), found["value"].strip("* \t"))
        start = found.end()
    return headers, start


def _count_words(text: str) -> int:
    words = [word for word in text.split() if "://" not in word]
    return len(words) + sum(char >= _FIRST_IDEOGRAPH for word in words for char in word) // _IDEOGRAPHS_PER_WORD


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
