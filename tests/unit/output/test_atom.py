"""The Atom feed of alerts: valid by RFC 4287, with stable ids, and text stays text."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.scope import WHOLE, Scope
from index.reading.feed_records import read_items
from index.text.articles import Article
from index.text.spans import Span
from rag.analysis.alert_runs import run_alerts
from rag.answering.models import Standalone
from rag.evidence.citations import Citation
from rag.evidence.permalinks import Place
from rag.output.atom import MOST_ENTRIES, _quote, alerts_feed
from rag.storage.alerts import Alert, AlertResult, AlertStore
from tests.conftest import CommandLine, Newsroom

ATOM = "{http://www.w3.org/2005/Atom}"
PAGE = "https://news.example/"
COST = "How much will the new ferries cost?"
HOSTILE = "The new ferries will cost 61 million <script>alert(1)</script> & ]]> crowns."


def make_alert(number: int = 1, question: str = COST) -> Alert:
    return Alert(number, question, Standalone(question, ""), Scope(), datetime(2026, 3, 1, tzinfo=UTC), 0, 0)


def make_result(number: int, problem: str = "It is damaged.") -> AlertResult:
    return AlertResult(number, datetime(2026, 3, 2, 10, number % 60, tzinfo=UTC), 1, None, problem)


def parse(feed: str) -> ET.Element:
    """Parse a feed, and check what RFC 4287 demands of it."""
    root = ET.fromstring(feed.encode())
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, name
        assert (element.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
        moment = element.findtext(f"{ATOM}updated") or ""
        assert moment.endswith("Z")
        assert datetime.fromisoformat(moment).tzinfo
        assert len(element.findall(f"{ATOM}link[@rel='alternate']")) == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return root


def find(newsroom: Newsroom) -> AlertStore:
    alerts = AlertStore(newsroom.library.settings.store)
    alerts.keep(COST, Standalone(COST, ""), scope=WHOLE, shelf=newsroom.library.shelf)
    newsroom.write("a & b.txt", f"Outlet: The Lamp\nDate: 2026-03-09\n\n{HOSTILE}")
    newsroom.indexed()
    assert list(run_alerts(newsroom.library, alerts))
    return alerts


def test_an_entry_has_the_quotes_and_their_permalinks(newsroom: Newsroom) -> None:
    alerts = find(newsroom)
    asked = alerts.question(1)
    feed = alerts_feed([(asked, alerts.results(1))], page=PAGE, address=f"{PAGE}feed", of_one=True)
    root = parse(feed)
    (entry,) = root.iter(f"{ATOM}entry")
    assert root.findtext(f"{ATOM}title") == f"Dateline: {COST}"
    assert root.find(f"{ATOM}link[@rel='self']") is not None
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    shown = read_html(content.text or "")
    assert HOSTILE in shown.text
    assert "The Lamp, 9 Mar 2026" in shown.text
    assert shown.tags == ["blockquote", "p", "a"], "the text of an article is no HTML"
    (address,) = shown.links
    alternate = entry.find(f"{ATOM}link")
    assert alternate is not None
    assert alternate.get("href") == address
    assert address.startswith(f"{PAGE}?article=a+%26+b.txt&quote=")
    place = Place.read(address.partition("&quote=")[2])
    assert place
    with newsroom.library.shelf.read() as reading:
        assert place.span.cut(reading.article("a & b.txt").text) == HOSTILE
    assert alerts_feed([(asked, alerts.results(1))], page=PAGE, address=f"{PAGE}feed", of_one=True) == feed


def test_our_own_reader_of_feeds_reads_it(newsroom: Newsroom) -> None:
    alerts = find(newsroom)
    feed = alerts_feed([(alerts.question(1), alerts.results(1))], page=PAGE)
    (entry,) = read_items("feed.atom", feed.encode())
    assert COST in str(entry)


class Shown(HTMLParser):
    """The tags, links and text of HTML."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.tags, self.links, self.text = list[str](), list[str](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def read_html(written: str) -> Shown:
    shown = Shown()
    shown.feed(written)
    shown.close()
    return shown


def test_ids_stay_and_differ_and_the_newest_come_first() -> None:
    results = [make_result(number) for number in range(150)]
    one, other = make_alert(), make_alert(2)
    whole = parse(alerts_feed([(one, results)], page=PAGE))
    ids = [entry.findtext(f"{ATOM}id") for entry in whole.iter(f"{ATOM}entry")]
    assert len(ids) == MOST_ENTRIES
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in whole.iter(f"{ATOM}entry")]
    assert moments == sorted(moments, reverse=True)
    assert whole.findtext(f"{ATOM}updated") == moments[0]
    elsewhere = parse(alerts_feed([(one, results)], page="http://localhost:8501/"))
    assert [entry.findtext(f"{ATOM}id") for entry in elsewhere.iter(f"{ATOM}entry")] == ids
    both = parse(alerts_feed([(one, results[:5]), (other, results[:5])], page=PAGE))
    assert len(list(both.iter(f"{ATOM}entry"))) == 10
    single = [parse(alerts_feed([(alert, [])], page=PAGE, of_one=True)).findtext(f"{ATOM}id") for alert in (one, other)]
    assert len({*single, both.findtext(f"{ATOM}id")}) == 3
    assert parse(alerts_feed([], page=PAGE)).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


@given(question=st.text(max_size=60), problem=st.text(max_size=60))
def test_any_text_gives_valid_xml(question: str, problem: str) -> None:
    root = parse(alerts_feed([(make_alert(question=question), [make_result(1, problem)])], page=PAGE, of_one=True))
    assert root.findtext(f"{ATOM}title")


@given(text=st.text(min_size=1, max_size=80), title=st.text(max_size=40))
def test_any_quote_is_text(text: str, title: str) -> None:
    article = Article("0" * 16, "a.txt", title, text, Span(0, len(text)), date(2026, 3, 1), None, None, None, None)
    shown = read_html(_quote(Citation(article, Span(0, len(text))), PAGE))
    assert shown.tags == ["blockquote", "p", "a"]
    assert article.text in shown.text.replace("\r\n", "\n") or "\r" in text


@pytest.mark.slow
def test_the_command_writes_a_feed_and_replaces_it(dateline: CommandLine) -> None:
    dateline("alerts", COST)
    (dateline.folder / "seeds" / "new.txt").write_text(HOSTILE)
    dateline("index")
    file = dateline.folder / "feed.xml"
    for arguments in (("feed",), ("feed", "1")):
        run = dateline("alerts", *arguments, "--output", str(file), DATELINE_PAGE_URL=PAGE)
        assert (run.returncode, run.stdout, run.stderr) == (0, "", f"Written: {file}\n")
        assert len(list(parse(file.read_text()).iter(f"{ATOM}entry"))) == 1
    assert parse(dateline("alerts", "feed").stdout).findtext(f"{ATOM}title") == "Dateline: alerts"
    assert dateline("alerts", "feed", "9").stderr.startswith("There is no alert 9.")
    assert dateline("alerts", "a", "9").returncode == 2
    refused = dateline("alerts", "feed", "--output", "nowhere/feed.xml")
    assert (refused.returncode, refused.stderr.partition(" (")[0]) == (1, "nowhere/feed.xml was not written")
    assert [one.name for one in dateline.folder.glob("*feed*")] == ["feed.xml"]
