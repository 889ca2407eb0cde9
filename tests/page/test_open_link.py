"""Links after their article was edited, renamed or removed: they open the same sentence or say that it is gone."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from index.core.errors import UnknownArticle
from rag.evidence.permalinks import Place
from rag.storage.chats import Chats, KeptTurn
from tests.conftest import FICTION, Newsroom
from tests.support.reader import needs_browser, reading, serve
from ui.article.open_link import (
    BEYOND,
    CHANGED,
    GONE,
    QUOTE_UNKNOWN,
    RENAMED,
    SENTENCE_GONE,
    SEVERAL,
    THE_SAME,
    find_opened,
)
from ui.browser.address import Address

ASKED = "How much will the new ferries cost?"
COST = "The vessels will cost 48.5 million crowns"
FERRIES = (FICTION / "ferries.txt").read_text()
HEAD, _, BODY = FERRIES.partition("\n\n")
CORRECTED = f"{HEAD}\n\nCorrected on Friday: the name of the harbour.\n\n{BODY}"


class Desk:
    """A shelf of one article, a chat that quotes it, and links to the quote."""

    def __init__(self, newsroom: Newsroom, tmp_path: Path) -> None:
        """Put the article on the shelf, and save an answer that quotes it."""
        self.newsroom, self.kept = newsroom, Chats(tmp_path / "kept")
        self.edit(FERRIES)
        answer = newsroom.ask(ASKED)
        self.quote = next(quote for quote in answer.quotes if quote.quote.startswith(COST))
        self.cited = answer.quotes
        self.kept.keep("one", 0, KeptTurn("t", ASKED, answer, "", None))
        place = Place.of(self.quote)
        self.link = Address(chat="one", turn=0, article="ferries.txt", quote=place)
        self.alone = Address(article="ferries.txt", quote=place)
        self.older = replace(self.alone, quote=replace(place, print=None))

    def edit(self, text: str | None) -> None:
        if text is None:
            (self.newsroom.seeds / "ferries.txt").unlink()
        else:
            self.newsroom.write("ferries.txt", text)
        self.newsroom.indexed()

    def open(self, address: Address) -> tuple[str, str | None]:
        """Return the drawer's note and the text highlighted as the quote."""
        opened = find_opened(address, self.cited if address.chat else (), self.kept, self.newsroom.library)
        assert opened is not None
        if opened.clicked:
            assert opened.clicked in opened.cited
            assert opened.clicked.article == opened.article
        else:
            assert opened.cited == ()
        return opened.note, opened.clicked.quote if opened.clicked else None


@pytest.fixture
def desk(newsroom: Newsroom, tmp_path: Path) -> Desk:
    return Desk(newsroom, tmp_path)


def test_a_quote_is_found_again_or_reported_as_gone(desk: Desk, subtests: pytest.Subtests) -> None:
    quote = desk.quote.quote
    links = {"of the chat": desk.link, "alone": desk.alone, "older": desk.older}

    def expect_each(text: str | None, note: str, lit: str | None) -> None:
        desk.edit(text)
        for name, link in links.items():
            with subtests.test(f"{note[:60]} {name}"):
                assert desk.open(link) == (note, lit)

    expect_each(FERRIES, "", quote)
    expect_each(CORRECTED, f"{CHANGED} {THE_SAME}", quote)
    expect_each(FERRIES.replace("48.5", "52.1"), f"{CHANGED} {SENTENCE_GONE}", None)
    opened = find_opened(desk.alone, (), desk.kept, desk.newsroom.library)
    assert opened is not None
    assert opened.was is not None
    assert opened.was.citation == desk.quote
    assert opened.was.closest is not None
    assert opened.was.closest.quote == quote.replace("48.5", "52.1")
    twice = f"{HEAD}\n\nNew. {quote} More.\n\nNew, too. {quote} Less."
    expect_each(twice, f"{CHANGED} {SEVERAL.format(places=2)}", quote)
    expect_each(None, GONE, quote)


def test_a_renamed_file_is_found_by_its_text(desk: Desk) -> None:
    (desk.newsroom.seeds / "ferries.txt").rename(desk.newsroom.seeds / "boats.txt")
    desk.newsroom.indexed()
    for link in (desk.link, desk.alone, desk.older):
        assert desk.open(link) == (RENAMED, desk.quote.quote)


def test_a_link_that_is_in_no_chat_is_found_by_its_fingerprint(desk: Desk) -> None:
    desk.kept.delete("one")
    desk.edit(CORRECTED)
    assert desk.open(desk.alone) == (f"{CHANGED} {THE_SAME}", desk.quote.quote)
    assert desk.open(desk.older) == (QUOTE_UNKNOWN, None)
    no_edition = replace(desk.older, quote=Place.read("5-20"))
    assert desk.open(no_edition) == ("", desk.newsroom.seeds.joinpath("ferries.txt").read_text()[5:20])
    assert desk.open(replace(desk.older, quote=Place.read("5-99999"))) == (BEYOND, None)
    desk.edit(CORRECTED.replace("48.5", "52.1"))
    assert desk.open(desk.alone) == (f"{CHANGED} {SENTENCE_GONE}", None)
    desk.edit(None)
    with pytest.raises(UnknownArticle):
        desk.open(desk.alone)


FARE = "A crossing at Wittenhof costs nine crowns from June."
TEXTS = {
    "web": f"{FARE} The council decided so in March.",
    "print": f"The council of Wittenhof met in March. It was a long evening. {FARE} A pass costs ninety.",
    "brief": "The council of Wittenhof met in March. A crossing of the river gets dearer in June.",
}
DEARER = "What does a crossing at Wittenhof cost?"


def test_a_quote_is_found_again_in_another_text_of_the_same_file(newsroom: Newsroom, tmp_path: Path) -> None:
    """The id stays the same if a file is read differently: here, if `dateline.toml` names another field."""
    kept = Chats(tmp_path / "kept")
    newsroom.write(
        "fare.json", json.dumps({"headline": "Fares", **{f"{name}Copy": text for name, text in TEXTS.items()}})
    )

    def read(name: str) -> None:
        newsroom.write("dateline.toml", f'[fields]\ntext = "{name}Copy"\n')
        newsroom.indexed()

    read("web")
    answer = newsroom.ask(DEARER)
    (quote,) = [one for one in answer.quotes if one.quote == FARE]
    kept.keep("one", 0, KeptTurn("t", DEARER, answer, "", None))
    alone = Address(article="fare.json", quote=Place.of(quote))
    links = [(alone, ()), (alone, answer.quotes), (replace(alone, quote=replace(Place.of(quote), print=None)), ())]
    for name, note, lit in (
        ("web", "", [FARE]),
        ("print", f"{CHANGED} {THE_SAME}", [FARE]),
        ("brief", f"{CHANGED} {SENTENCE_GONE}", []),
    ):
        read(name)
        for address, cited in links:
            opened = find_opened(address, cited, kept, newsroom.library)
            assert opened is not None
            assert (opened.article.id, opened.article.text) == (quote.article.id, TEXTS[name])
            assert (opened.note, [one.quote for one in opened.cited if one == opened.clicked]) == (note, lit)
    unkept = find_opened(alone, (), Chats(tmp_path / "empty"), newsroom.library)
    assert unkept is not None
    assert (unkept.note, unkept.cited) == (f"{CHANGED} {SENTENCE_GONE}", ())


@needs_browser
def test_the_drawer_shows_what_happened_to_a_quote(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    ferries = Path(shutil.copy(FICTION / "ferries.txt", tmp_path / "seeds"))
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page, lit, note = reader.page, reader.page.locator("mark.current"), reader.page.locator(".reader-root .note")
        reader.ask(ASKED)
        page.locator(".quote .words", has_text=COST).click()
        expect(lit).to_contain_text(COST)
        quote, link = lit.text_content() or "", page.url
        assert re.search(r"&quote=\d+-\d+\.[0-9a-f]{8}\.\d+-[0-9a-f]{32}$", link)
        page.keyboard.press("Escape")
        expect(lit).to_have_count(0)

        ferries.write_text(CORRECTED)
        reader.reindex()
        expect(page.locator(".st-key-shelf")).to_contain_text("1 new or changed")
        page.locator(".quote .words", has_text=COST).click()
        expect(note).to_have_text(f"{CHANGED} {THE_SAME}")
        expect(lit).to_have_text(quote)
        expect(lit).to_be_in_viewport()
        expect(page.locator(".body")).to_contain_text("Corrected on Friday")
        page.get_by_role("button", name="Show the article as it was quoted").click()
        expect(page.locator(".body")).not_to_contain_text("Corrected on Friday")
        expect(lit).to_have_text(quote)
        page.get_by_role("button", name="Show the article as it is now").click()
        expect(page.locator(".body")).to_contain_text("Corrected on Friday")
        page.keyboard.press("Escape")
        expect(lit).to_have_count(0)

        ferries.write_text(FERRIES.replace("48.5", "52.1"))
        reader.reindex()
        expect(page.locator(".st-key-shelf")).to_contain_text("1 new or changed")
        page.goto(link)
        expect(note).to_contain_text(f"{CHANGED} {SENTENCE_GONE}")
        expect(page.locator("mark")).to_have_count(0)
        expect(page.locator(".earlier-words")).to_have_text([quote, quote.replace("48.5", "52.1")])
