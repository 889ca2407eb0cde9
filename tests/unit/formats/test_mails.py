"""Email: the part with the article is read, and each mail of a file is an article."""

import io
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from index.core.errors import UnreadableArticle
from index.formats.mails import parse_mail
from index.reading.readers import read_article, read_articles

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
    assert found[0].reason.startswith("box.eml#1: the mail's text cannot be decoded")
    assert "box.eml: " not in found[0].reason


@pytest.mark.parametrize("sender", [b"From: <", b"From: <a@[>"])
def test_of_several_mails_one_with_a_broken_header_stops_no_other(sender: bytes) -> None:
    line = b"From desk@tarn.example Mon May  4 06:00:00 2026\n"
    broken = mail(PROSE).replace(b"From: The Tarn Letter <desk@tarn.example>", sender)
    found = list(read_articles("box.eml", io.BytesIO(line + broken + b"\n" + line + mail(PROSE)), max_bytes=10_000))
    assert [bool(read.article) for read in found] == [False, True]
    assert found[0].reason.startswith("box.eml#1: cannot be parsed")


def test_a_long_note_in_chinese_is_an_article_of_its_own() -> None:
    note = "塔恩的水坝在星期一经受住了洪水。" * 9
    first, _ = parse_mail("a.eml", mail(f"{note}\n\n{GMAIL}\nSubject: Old\n\n{PROSE}", subject="Fwd: Snow"))
    assert first.text == note


@pytest.mark.parametrize("times", [1, 2])
def test_the_marks_of_a_mailbox_are_taken_out(times: int) -> None:
    line = b"From desk@tarn.example Mon May  4 06:00:00 2026\n"
    box = (line + mail(f"{PROSE}\n\n>From here on, it rains.\n\n>>From it.") + b"\n") * times
    parsed = parse_mail("a.mbox", box)
    assert len(parsed) == times
    assert all(part.text == f"{PROSE}\n\nFrom here on, it rains.\n\n>From it." for part in parsed)
    (single,) = parse_mail("a.eml", mail(f"{PROSE}\n\n>From here on"))
    assert single.text.endswith(">From here on")


def test_a_mail_of_one_long_word_takes_no_time() -> None:
    (parsed,) = parse_mail("a.eml", mail("x" * 200_000 + "\n\n" + PROSE))
    assert parsed.text.endswith(PROSE)


GMAIL = "---------- Forwarded message ---------\nFrom: The Tarn Letter <desk@tarn.example>\nDate: Mon, May 4, 2026"
APPLE = (
    "Begin forwarded message:\n\n> From: desk@tarn.example\n> Subject: Ferry aground\n> Date: 4 May 2026 at 06:00\n> "
)
OUTLOOK = "-----Original Message-----\n*From:* The Tarn Letter <desk@tarn.example>\n*Sent:* Monday, May 4, 2026 6:00 AM"


@pytest.mark.parametrize(
    ("above", "outlet"),
    [
        (f"{GMAIL} at 6:00 AM\nSubject: Ferry aground\nTo: <me@post.example>\n\n\n", "The Tarn Letter"),
        (f"{APPLE}\n> ", "tarn.example"),
        (f"{OUTLOOK}\n*To:* Me\n*Subject:* Ferry aground\n\n", "The Tarn Letter"),
    ],
)
def test_a_forwarded_mail_has_the_facts_of_the_original(above: str, outlet: str) -> None:
    content = mail(f"For the file.\n\n{above}{PROSE}", subject="Fwd: Ferry aground").replace(b"04 May", b"08 Jun")
    article = read_article("a.eml", content)
    assert (article.title, article.outlet, str(article.published)) == ("Ferry aground", outlet, "2026-05-04")
    assert article.text == PROSE


def test_a_long_note_above_a_forwarded_mail_is_an_article_of_its_own() -> None:
    note = "Snow fell on Tarn, and the school was shut. " * 9
    first, second = parse_mail("a.eml", mail(f"{note}\n\n{GMAIL}\nSubject: Old\n\n{PROSE}", subject="Fwd: Snow"))
    assert (first.text, first.stated["title"]) == (note.strip(), "Fwd: Snow")
    assert (second.text, second.stated["title"]) == (PROSE, "Old")


def test_an_answer_is_read_whole() -> None:
    text = f"No, it sank.\n\n{OUTLOOK}\n*Subject:* Ferry\n\n{PROSE}"
    (read,) = parse_mail("a.eml", mail(text, subject="Re: Ferry"))
    assert read.text == text


def test_an_attached_mail_is_read() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "Me <me@post.example>", "Fwd: for you"
    message.set_content("For the file.")
    message.add_attachment(BytesParser(policy=policy.default).parsebytes(mail(PROSE)))
    (read,) = parse_mail("a.eml", message.as_bytes())
    assert (read.text, read.stated["title"], read.stated["outlet"]) == (PROSE, "Ferry aground", "The Tarn Letter")


def test_a_mail_that_forwards_itself_many_times_ends() -> None:
    assert parse_mail("a.eml", mail(f"{GMAIL}\nSubject: x\n\n" * 2_000 + PROSE, subject="Fwd: x"))[-1].text == PROSE


def test_a_mailbox_is_read() -> None:
    line = b"From desk@tarn.example Mon May  4 06:00:00 2026\n"
    found = list(read_articles("Inbox.mbox", io.BytesIO((line + mail(PROSE) + b"\n") * 2), max_bytes=10_000))
    assert [read.path for read in found if read.article] == ["Inbox.mbox#1", "Inbox.mbox#2"]
