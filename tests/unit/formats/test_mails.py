"""Email: the part with the article is read, and each mail of a file is an article."""

import io
from email.message import EmailMessage

import pytest

from index.core.errors import UnreadableArticle
from index.formats.mails import parse_mail
from index.reading.readers import read_articles

PROSE = "The ferry to Marl ran aground at low tide. All 41 passengers were brought ashore by the lifeboat of Tarn."


def mail(plain: str, html: str = "", subject: str = "Ferry aground") -> bytes:
    """Return a mail of an invented newsletter."""
    message = EmailMessage()
    message["From"], message["Subject"] = "The Tarn Letter <desk@tarn.example>", subject
    message["Date"] = "Mon, 04 May 2026 06:00:00 +0000"
    message.set_content(plain)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def test_the_html_is_read_if_the_plain_text_only_points_to_it() -> None:
    (read,) = parse_mail("a.eml", mail("Read it online: https://tarn.example/7", f"<p>{PROSE}</p>"))
    assert read.text == PROSE
    assert read.stated["title"] == "Ferry aground"


def test_the_plain_text_is_read_if_it_has_the_article() -> None:
    (read,) = parse_mail("a.eml", mail(f"{PROSE}\n\nGood morning.", f"<p>{PROSE}</p>"))
    assert read.text.endswith("Good morning.")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_each_mail_of_a_file_is_an_article(end: bytes) -> None:
    line = b"From desk@tarn.example Mon May  4 06:00:00 2026\n"
    file = line + mail(PROSE) + b"\n" + line + mail("Snow fell on Tarn.\n\nFrom here on, it rains.", subject="Snow")
    found = list(read_articles("box.eml", io.BytesIO(file.replace(b"\n", end)), max_bytes=10_000))
    assert [(read.path, read.article.title) for read in found if read.article] == [
        ("box.eml#1", "Ferry aground"),
        ("box.eml#2", "Snow"),
    ]
    again = list(read_articles("box.eml", io.BytesIO(file), max_bytes=10_000, known={found[0].article.id}))  # type: ignore[union-attr]
    assert [read.path for read in again] == ["box.eml#1", "box.eml#2"]
    if end == b"\n":
        assert again[0].article is None, "a known article is not made again"


def test_of_several_mails_one_that_cannot_be_decoded_stops_no_other() -> None:
    line = b"From desk@tarn.example Mon May  4 06:00:00 2026\n"
    broken = mail(PROSE).replace(b'charset="utf-8"', b'charset="no-such"')
    with pytest.raises(UnreadableArticle, match="cannot be decoded"):
        parse_mail("a.eml", broken)
    found = list(read_articles("box.eml", io.BytesIO(line + broken + b"\n" + line + mail(PROSE)), max_bytes=10_000))
    assert [bool(read.article) for read in found] == [False, True]
    assert found[0].reason.startswith("box.eml#1: no text in it.")
