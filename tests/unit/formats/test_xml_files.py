"""XML: each item of a feed or a news message is an article, and hostile files are refused with the reason."""

import io
from collections.abc import Sequence
from datetime import date

import pytest

from index.core.errors import UnreadableArticle
from index.formats.xml_files import parse_xml
from index.reading.readers import Read, read_article, read_articles
from index.text.articles import Article

SNOW = "Snow closed the Orrin pass on Tuesday. The road office expects to open it again on Friday."
FERRY = "The ferry to Marl ran aground at low tide. All 41 passengers were brought ashore."
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:body="http://purl.org/rss/1.0/modules/content/" xmlns:d="http://purl.org/dc/elements/1.1/"
  xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>The Orrin Courier</title><link>https://courier.example/</link>
<atom:link rel="self" href="https://courier.example/feed"/><lastBuildDate>Thu, 05 Nov 2026 09:00:00 GMT</lastBuildDate>
<item><title>Pass &amp; road closed</title><link>https://courier.example/pass</link><d:creator>Ada Penrose</d:creator>
<media:title>A picture of snow</media:title><media:description>A long caption of the picture.</media:description>
<d:creator>Tom Lyle</d:creator><pubDate>Tue, 03 Nov 2026 23:30:00 -0500</pubDate><guid isPermaLink="false">n1</guid>
<description>Snow closed…</description><atom:updated>2026-11-04T08:00:00Z</atom:updated>
<body:encoded><![CDATA[<p>{SNOW.replace(". ", ".</p><p>")}</p><script>track()</script>]]></body:encoded></item>
<item><title>Ferry aground</title><description>&lt;p&gt;{FERRY}&lt;/p&gt;</description>
<author>a@b.example (Ines Mohr)</author><guid>https://courier.example/ferry</guid>
<source url="https://marl.example/feed">The Marl Echo</source></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://echo.example/news/"><title>The Marl Echo</title>
<author><name>Ines Mohr</name></author><id>urn:echo</id>
<entry><title type="html">Ferry &lt;i&gt;Lark&lt;/i&gt; aground</title><id>urn:1</id>
<link rel="enclosure" href="a.mp3"/>
<link href="lark"/><published>2026-11-04T01:00:00+02:00</published><updated>2026-11-06T08:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{FERRY}</p><p>5 &lt; 6 &amp; <b>more</b>.</p>
</div></content></entry><entry><title>Snow</title><id>urn:2</id><updated>2026-11-05T08:00:00Z</updated>
<author><name>Tom Lyle</name></author>
<content type="image/png">iVBORw0KGgo=</content><summary>{SNOW}</summary></entry></feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://tarn.example/"><title>Tarn Letter</title>
</channel><item rdf:about="https://tarn.example/1"><title>Snow</title><link>https://tarn.example/1</link><dc:date>2026-11-03</dc:date>
<description>{SNOW}</description></item></rdf:RDF>"""
NITF = f"""<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd"><nitf><head><title>slug-ferry</title><docdata>
<date.issue norm="20261104T081500Z"/></docdata><pubdata name="The Marl Echo" type="print"/></head><body><body.head>
<hedline><hl1>Ferry aground</hl1><hl2>All are safe</hl2></hedline>
<byline>By <person>Ines Mohr</person><byttl>Harbour reporter</byttl></byline>
<dateline><location>Marl</location></dateline><abstract><p>A ferry ran aground.</p></abstract></body.head>
<body.content><block><p>{FERRY}</p><media><media-caption>The ferry.</media-caption></media><hl2>What next</hl2>
<p>The <org>harbour office</org> will look at it.</p></block></body.content></body></nitf>"""
NEWS_ITEM = f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:wire:1" version="2"><itemMeta>
<itemClass qcode="ninat:text"/><provider qcode="nprov:WIRE"><name>North Wire</name></provider>
<versionCreated>2026-11-05T10:00:00Z</versionCreated><firstCreated>2026-11-04T10:00:00Z</firstCreated>
<pubStatus qcode="stat:usable"/></itemMeta><contentMeta><by>By Ines Mohr</by>
<headline>Ferry aground</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>
</head><body><p>{FERRY}</p></body></html></inlineXML></contentSet></newsItem>"""
MESSAGE = (
    '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/><itemSet>'
    + NEWS_ITEM.replace("usable", "canceled")
    + NEWS_ITEM.replace("ninat:text", "ninat:picture")
    + NEWS_ITEM
    + "</itemSet></newsMessage>"
)
NEWSML = f"""<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>wire.example</ProviderId>
<NewsItemId>7</NewsItemId></NewsIdentifier></Identification><NewsManagement><FirstCreated>20261104T081500+0000</FirstCreated></NewsManagement>
<NewsComponent><NewsLines><HeadLine>Ferry aground</HeadLine><ByLine>Ines Mohr</ByLine></NewsLines>
<NewsComponent><ContentItem><DataContent><p>{FERRY}</p></DataContent></ContentItem></NewsComponent></NewsComponent></NewsItem></NewsML>"""


def read(path: str, content: str | bytes) -> Sequence[Read]:
    written = content.encode() if isinstance(content, str) else content
    return list(read_articles(path, io.BytesIO(written), max_bytes=20_000_000))


def one(content: str | bytes, path: str = "a.xml") -> Article:
    (found,) = read(path, content)
    assert found.article, found.reason
    return found.article


def facts(article: Article) -> tuple[str, date | None, str | None, str | None, str | None]:
    return article.title, article.published, article.outlet, article.author, article.url


def test_the_items_of_rss_are_articles_with_their_facts() -> None:
    pass_, ferry = (found.article for found in read("a/courier.rss", RSS))
    assert pass_ is not None
    assert ferry is not None
    link = "https://courier.example/"
    day = date(2026, 11, 3)  # as written, whatever the zone
    assert facts(pass_) == ("Pass & road closed", day, "The Orrin Courier", "Ada Penrose, Tom Lyle", f"{link}pass")
    assert pass_.text == SNOW.replace(". ", ".\n\n")
    assert facts(ferry) == ("Ferry aground", None, "The Marl Echo", "Ines Mohr", f"{link}ferry")
    assert ferry.text == FERRY
    assert [pass_.path, ferry.path] == ["a/courier.rss#1", "a/courier.rss#2"]


def test_the_entries_of_atom_are_articles_with_their_facts() -> None:
    ferry, snow = (found.article for found in read("echo.atom", ATOM))
    assert ferry is not None
    assert snow is not None
    link = "https://echo.example/news/lark"
    assert facts(ferry) == ("Ferry Lark aground", date(2026, 11, 4), "The Marl Echo", "Ines Mohr", link)
    assert ferry.text == f"{FERRY}\n\n5 < 6 & more."
    assert facts(snow) == ("Snow", date(2026, 11, 5), "The Marl Echo", "Tom Lyle", None)
    assert snow.text == SNOW


@pytest.mark.parametrize("prefix", ["", "a:"])
def test_the_prefix_of_a_namespace_does_not_matter(prefix: str) -> None:
    atom = f'<{prefix}feed xmlns{":a" if prefix else ""}="http://www.w3.org/2005/Atom"><{prefix}title>T</{prefix}title>'
    entry = (
        f"<{prefix}entry><{prefix}title>Snow</{prefix}title><{prefix}content>{SNOW}</{prefix}content></{prefix}entry>"
    )
    article = one(f"{atom}{entry}</{prefix}feed>")
    assert (article.path, article.title, article.outlet) == ("a.xml#1", "Snow", "T")


def test_rss_1_0_and_news_formats_are_read() -> None:
    rdf = one(RDF)
    assert facts(rdf) == ("Snow", date(2026, 11, 3), "Tarn Letter", None, "https://tarn.example/1")
    nitf = one(NITF)
    assert facts(nitf) == ("Ferry aground", date(2026, 11, 4), "The Marl Echo", "Ines Mohr", None)
    assert nitf.text == f"{FERRY}\n\nWhat next\n\nThe harbour office will look at it."
    assert (nitf.path, nitf.place) == ("a.xml", "Marl")
    item = one(NEWS_ITEM)
    assert facts(item) == ("Ferry aground", date(2026, 11, 4), "North Wire", "Ines Mohr", None)
    assert (item.path, item.text) == ("a.xml", FERRY)
    xhtml = NEWS_ITEM[NEWS_ITEM.index("<html") : NEWS_ITEM.index("</inlineXML")]
    assert one(NEWS_ITEM.replace(xhtml, NITF[NITF.index("<nitf") :])).text == nitf.text
    old = one(NEWSML)
    assert (old.path, *facts(old)) == ("a.xml#1", "Ferry aground", date(2026, 11, 4), "wire.example", "Ines Mohr", None)


def test_withdrawn_news_is_not_read_and_pictures_are_left_out() -> None:
    withdrawn, ferry = read("a.xml", MESSAGE)
    assert withdrawn.reason.startswith("a.xml#1: withdrawn by its service (canceled).")
    assert ferry.article is not None


def test_a_known_item_is_not_made_again_and_one_without_text_has_the_reason() -> None:
    file = RSS.replace("<item>", "<item><title>Only a title</title></item><item>", 1).encode()
    found = list(read_articles("a.rss", io.BytesIO(file), max_bytes=10_000))
    assert [(each.path, bool(each.article)) for each in found] == [
        ("a.rss#1", False),
        ("a.rss#2", True),
        ("a.rss#3", True),
    ]
    assert found[0].reason.startswith("a.rss#1: no text in it.")
    assert found[1].article
    again = list(read_articles("a.rss", io.BytesIO(file), max_bytes=10_000, known={found[1].article.id}))
    assert [bool(each.article) for each in again] == [False, False, True]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (f"\n\n {RDF}", SNOW),
        (RDF.replace("Friday", "Friday&nbsp;&mdash; AT&T says &"), SNOW.replace("Friday", "Friday— AT&T says &")),
        (RDF.replace("Friday", "Friday&#150;Sunday&#0;"), SNOW.replace("Friday", "Friday–Sunday\ufffd")),
        (RDF.replace("Friday", "Friday\x0b"), SNOW),
        (b'<?xml version="1.0" encoding="latin1"?>' + RDF.replace("Friday", "samedi à dîner").encode("latin1"),
         SNOW.replace("Friday", "samedi à dîner")),
        (('<?xml version="1.0" encoding="UTF-16"?>' + RDF).encode("utf-16"), SNOW),
        ('<!DOCTYPE rss PUBLIC "-//X//RSS 0.91//EN" "http://127.0.0.1:9/a.dtd">' + RDF.replace("Friday", "&eacute;"),
         SNOW.replace("Friday", "é")),
        (RDF.replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', ""), SNOW),
    ],
)  # fmt: skip
def test_what_sloppy_feeds_have_is_read(written: str | bytes, text: str) -> None:
    article = one(written)
    assert (article.text.replace("\xa0", "").replace("  ", " "), article.published) == (text, date(2026, 11, 3))


@pytest.mark.parametrize(
    ("added", "kept"),
    [
        ('<p>The post <a href="https://a.example">Pass</a> appeared first on <a href="/">T</a>.</p>', ""),
        (' <a href="https://a.example/1">Continue reading...</a>', ""),
        ('<p><a class="more" href="https://a.example/1">Read more <span>Pass closed</span> &raquo;</a></p>\n', ""),
        ('<p><a href="https://a.example/1">More than 40 homes</a> are dark.</p>', "\n\nMore than 40 homes are dark."),
        ('<p>See <a href="https://a.example/1">More than 40 homes</a></p>', "\n\nSee More than 40 homes"),
        ('<p>The <a href="https://a.example/1">More</a></p>', "\n\nThe More"),
    ],
)  # fmt: skip
def test_what_publishing_systems_add_to_a_text_is_left_out(added: str, kept: str) -> None:
    body = f"<description><![CDATA[<p>{SNOW}</p>{added}]]></description>"
    assert one(f"<rss><channel><item>{body}</item></channel></rss>").text == SNOW + kept


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Tue, 03 Nov 2026 08:00:00 GMT", date(2026, 11, 3)),
        ("Tue, 3 Nov 26 08:00 EST", date(2026, 11, 3)),
        ("03 Nov 2026 08:00:00 +0100", date(2026, 11, 3)),
        ("Tuesday, November 3, 2026", date(2026, 11, 3)),
        ("2026-11-03T23:59:59.000-08:00", date(2026, 11, 3)),
        ("2026-11-03 08:00:00", date(2026, 11, 3)),
        ("Tue Nov 03 08:00:00 UTC 2026", date(2026, 11, 3)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("yesterday", None),
        ("Mon, 99 Foo 2026", None),
    ],
)
def test_the_day_of_an_item_is_read_as_feeds_write_it(written: str, day: date | None) -> None:
    item = f"<item><description>{SNOW}</description><pubDate>{written}</pubDate></item>"
    assert one(f"<rss><channel>{item}</channel></rss>").published == day


def test_an_item_with_only_a_text_has_a_number_too() -> None:
    assert one(f"<rss><channel><item><body>{SNOW}</body></item></channel></rss>").path == "a.xml#1"


OUTSIDE = "file:///etc/hostname"
LAUGHS = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 99}">' for n in range(9))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (f'<!DOCTYPE r [<!ENTITY e0 "2026">{LAUGHS}]>{RDF.replace("Friday", "&e9;")}', "declares XML entities"),
        (f'<!DOCTYPE r [<!ENTITY f SYSTEM "{OUTSIDE}">]>{RDF.replace("Friday", "&f;")}', "declares XML entities"),
        (f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{OUTSIDE}"> %p;]>{RDF}', "declares XML entities"),
        (RDF[:-40], "not well-formed XML"),
        ("", "not well-formed XML"),
        ("No XML at all.", "not well-formed XML"),
        (f"<rss><channel>{'<a>' * 5000}{'</a>' * 5000}</channel></rss>", "elements in more than 100 others"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><text>Snow</text></svg>', "'svg'. Expected RSS, Atom, NITF"),
        ("<html><body><p>Snow fell.</p></body></html>", "'html'. Expected RSS"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image, despite its name"),
    ],
)  # fmt: skip
def test_broken_and_hostile_files_are_refused(written: str | bytes, why: str) -> None:
    with pytest.raises(UnreadableArticle, match=r"^a\.xml: ") as refused:
        read_article("a.xml", written.encode() if isinstance(written, str) else written)
    assert why in str(refused.value)
    assert "root" not in str(refused.value)


def test_bare_ampersands_are_read_and_cdata_stays_as_it_is() -> None:
    link = "https://courier.example/a?b=1&c=2"
    item = f"<title>Snow & ice</title><link><![CDATA[{link}]]></link><description>{SNOW} & more</description>"
    (found,) = parse_xml("a.xml", f"<rss><channel><item>{item}</item></channel></rss>".encode())
    assert (found.stated["url"], found.stated["title"]) == (link, "Snow & ice")
    assert found.stated["description"] == f"{SNOW} & more"


@pytest.mark.parametrize("kind", ["", ' type="text"'])
def test_a_tag_in_plain_text_of_atom_is_a_word(kind: str) -> None:
    entry = (
        f"<title{kind}>Use of &lt;b&gt; in R&amp;D</title><summary{kind}>A &lt;br&gt; is a line break. {SNOW}</summary>"
        "<author><name>Lab &amp; Co</name></author>"
    )
    written = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Lab &amp; Co</title><entry>{entry}</entry></feed>'
    found = one(written)
    assert (found.title, found.outlet, found.author) == ("Use of <b> in R&D", "Lab & Co", None)
    assert found.text == f"A <br> is a line break. {SNOW}"
    untyped = written.replace("A &lt;br&gt; is", "&lt;p&gt;A &lt;/p&gt;")
    assert ("<p>" in one(untyped).text) == bool(kind), "HTML without a type is HTML"


def test_what_is_read_is_not_in_quadratic_time_and_has_no_script() -> None:
    many = RSS.replace(
        "</channel>", f"<item><title>x</title><description>{SNOW}</description></item>" * 3000 + "</channel>"
    )
    assert len(parse_xml("a.xml", many.encode())) == 3002
    author = f"<author>a{'@' * 40_000} x</author><author>a@{'(' * 40_000} x</author>"
    assert len(parse_xml("a.xml", RSS.replace("<author>", f"{author}<author>").encode())) == 2
    hostile = one(
        RDF.replace("Friday", "Friday&lt;script&gt;alert(1)&lt;/script&gt;").replace(
            "https://tarn.example/1", "javascript:x"
        )
    )
    assert hostile.text == SNOW
    assert hostile.url is None
