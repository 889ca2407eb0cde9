"""Mails: extract newsletters and forwarded articles."""

from collections.abc import Sequence
from email import policy
from email.parser import BytesParser

from index.core.errors import UnreadableArticle
from index.reading.encodings import clean
from index.reading.parsed import Parsed
from index.reading.web_pages import parse_page


def parse_mail(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract a newsletter: its text, or else its HTML. The subject is the title, the sender the outlet."""
    message = BytesParser(policy=policy.default).parsebytes(content)
    body = message.get_body(("plain", "html"))
    try:
        written = body.get_content() if body is not None else ""
    except (LookupError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableArticle(
            f"{path}: the mail's text cannot be decoded ({type(error).__name__}). Expected a valid mail. Save it as "
            "text or HTML."
        ) from None
    headers = {"title": message["subject"], "published": message["date"]}
    sender = message["from"]
    if sender is not None and sender.addresses:
        headers["outlet"] = sender.addresses[0].display_name or sender.addresses[0].domain
    stated = {fact: str(value) for fact, value in headers.items() if value}
    if not isinstance(written, str) or "�" in written:
        raise UnreadableArticle(
            f"{path}: the mail's text cannot be decoded. Expected a valid mail. Save it as text or HTML."
        )
    if body is not None and body.get_content_subtype() == "html":
        page = parse_page(clean(written))
        return [Parsed(page.text, {**page.stated, **stated})]
    return [Parsed(clean(written).strip(), stated)]
