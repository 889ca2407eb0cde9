"""Web pages: facts come only from what the page states about its article, and its blocks stay apart."""

import pytest

from index.formats.web_pages import parse_html, parse_page

PROSE = (
    "<p>The harbour master of Aldmere reopened the east quay after divers had found no damage below the water line.</p>"
    "<p>Ships had waited outside the harbour for three days, said Ines Falk, who speaks for the pilots.</p>"
    "<p>The quay was built in August 1974 and repaired once since, in a winter that few remember.</p>"
)


def page(head: str = "", above: str = "", below: str = "", lang: str = "en") -> str:
    """Return a page of an invented newspaper."""
    return (
        f'<html lang="{lang}"><head><title>Quay reopens after dive | Aldmere Echo</title>{head}</head><body><main>'
        f"<article><h1>Quay reopens after dive</h1>{above}{PROSE}</article></main>{below}</body></html>"
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (page('<meta property="article:published_time" content="2025-07-08T23:50:00-07:00">'), "2025-07-08"),
        (page(above='<time datetime="2025-07-08T23:50-07:00">8 July</time>'), "2025-07-08"),
        (page(above="<p>Written: 2025-07-08 09:10 / Updated: 2025-07-09 10:00</p>"), "2025-07-08"),
        (page(above="<p>8. Juli 2025, von Ines Falk</p>", lang="de"), "2025-07-08"),
        (page(above="<p>Published: 07/08/2025</p>"), None),
        (page(above="<p>07/08/2025</p>", lang="fr"), None),
        (page(above="<p>08.07.2025</p>", lang="de"), "2025-07-08"),
        (page(below="<footer>© 2019 Aldmere Echo, 8 July 2019</footer>"), None),
        (page(below='<div class="comments"><time datetime="2025-07-10">10 July</time></div>'), None),
        (page('<link rel="canonical" href="https://echo.example/2025/07/quay">'), None),
        (page('<link rel="canonical" href="https://echo.example/2025/07/08/quay">'), "2025-07-08"),
        (page(above='<ul class="meta"><li class="post-date">8.7.25</li></ul>'), "2025-07-08"),
        (page(above="<p>Version 8.7.25 of the map</p>"), None),
        (page(above="<div><h5>Datum: </h5>8. Juli 2025 und mehr</div>"), "2025-07-08"),
        (
            page(above='<footer><span class="submitted">By Ines Falk on 8 July 2025 - 18:55</span></footer>'),
            "2025-07-08",
        ),
        (page(below='<footer><span class="submitted">By Ines Falk on 8 July 2025 - 18:55</span></footer>'), None),
        (page('<meta name="date" content="2025-07-09">', '<time datetime="2025-07-08">8 July</time>'), "2025-07-08"),
        (page('<meta name="date" content="2025-07-09">'), "2025-07-09"),
        (page(above='<p class="updated">Stand 8.7.2025</p>'), None),
        (
            page().replace("<article>", '<article class="with-sidebar">').replace("<h1", "<time>8 July 2025</time><h1"),
            "2025-07-08",
        ),
        (
            page().replace(
                "</article>",
                '<div class="footer"><time itemprop="datePublished" datetime="2025-07-08"></time></div></article>',
            ),
            "2025-07-08",
        ),
        ("<!-- saved from url=(0039)https://echo.example/2025/07/08/quay -->" + page(), "2025-07-08"),
    ],
)
def test_an_article_has_a_day_only_if_the_page_states_it(written: str, day: str | None) -> None:
    assert parse_page(written).stated.get("published") == day


def test_published_and_updated_are_distinguished_and_other_things_of_the_page_are_ignored() -> None:
    node = (
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "datePublished": "2001-01-01"}, '
        '{"@type": "NewsArticle", "datePublished": "2025-07-08", "dateModified": "2025-07-11"}]}</script>'
    )
    stated = parse_page(page(node)).stated
    assert (stated["published"], stated["updated"]) == ("2025-07-08", "2025-07-11")


@pytest.mark.parametrize(
    ("shown", "day"), [("8 July", "2025-07-08"), ("9 July", "2025-07-09"), ("5 July", "2025-07-09")]
)
def test_a_moment_in_utc_is_the_day_that_the_page_shows(shown: str, day: str) -> None:
    head = '<meta property="article:published_time" content="2025-07-09T02:10:00+00:00">'
    assert parse_page(page(head, f"<p>{shown} 2025, 9.10 p.m.</p>")).stated["published"] == day


def test_a_day_of_a_change_is_no_day_of_publication() -> None:
    assert parse_page(page(above='<p class="updated">Stand 8.7.2025</p>')).stated["updated"] == "2025-07-08"


@pytest.mark.parametrize("title", ["Quay reopens after dive - Aldmere Echo", "Aldmere Echo › Quay reopens after dive"])
@pytest.mark.parametrize("tag", ["h1", "p"])
def test_the_name_of_the_site_is_not_part_of_the_title(title: str, tag: str) -> None:
    head = f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="Aldmere Echo">'
    written = page(head).replace("h1>", f"{tag}>")
    assert parse_page(written).stated["title"] == "Quay reopens after dive"


def test_a_saved_page_has_the_address_it_was_saved_from() -> None:
    comment = "<!--\n Page saved with SingleFile \n url: https://echo.example/quay \n saved date: Thu Jul 10 2025 -->"
    assert parse_page(comment + page()).stated["url"] == "https://echo.example/quay"


def test_a_heading_is_a_block_of_its_own() -> None:
    written = page().replace("<p>Ships", "<h2>What the pilots of the harbour now want to know</h2><p>Ships")
    assert "\n\nWhat the pilots of the harbour now want to know\n\nShips" in parse_page(written).text


@pytest.mark.parametrize(
    "written",
    [
        "<p>The vote is due at {} on Tuesday, said the clerk of the harbour, and the hall is closed after that.</p>",
        "<p>The vote is due at <em>{}</em> on Tuesday, said the clerk of the harbour to all who asked.</p>",
        "<ul><li>The vote is due at {} on Tuesday, said the clerk.</li><li>Ships go on at noon on that day.</li></ul>",
        "<blockquote>The vote is due at {} on Tuesday, said the clerk of the harbour to all who asked.</blockquote>",
        "<table><tr><td>The vote is due at {} on Tuesday</td><td>Hall</td></tr><tr><td>1</td><td>2</td></tr></table>",
        "<h2>The vote is due at {} on Tuesday</h2><p>The hall is closed after that, said the clerk.</p>",
    ],
)
@pytest.mark.parametrize("element", ["time", "output", "meter"])
def test_words_in_the_middle_of_a_sentence_are_kept(written: str, element: str) -> None:
    inner = f'<{element} datetime="2026-02-03T14:00">14:00</{element}>'
    text = parse_page(page().replace("<p>Ships", f"{written.format(inner)}<p>Ships")).text
    assert "The vote is due at 14:00 on Tuesday" in text


def test_the_posts_of_a_live_blog_keep_their_time_and_heading() -> None:
    post = "<article><header><time>{}</time><h3>{}</h3></header><p>{}</p></article>"
    posts = (
        post.format("14:42", "Quay open again", "The first ship, the Zoë, made fast at the east quay with 80 aboard.")
        + post.format("9.05 am", "Divers at work", "Two divers went down at dawn to look at the wall of the quay.")
        + post.format("2 hours ago", "Good morning", "We report today on the dive at the quay, and on the ships.")
    )
    written = page('<script type="application/ld+json">{"@type": "LiveBlogPosting"}</script>')
    text = parse_page(written.replace("</article>", f"<div>{posts}</div></article>")).text
    assert "\n\n14:42 Quay open again\n\nThe first ship, the Zoë," in text
    assert "\n\n9.05 am Divers at work\n\nTwo divers" in text
    assert "2 hours ago" not in text
    # The time may be in the heading, or in what holds the posts; a heading between paragraphs stays there.
    within = posts.replace("<time>14:42</time><h3>", "<h3><time>14:42</time> ").replace(
        "<p>Two divers", "<p>The dive began.</p><h3>What is known</h3><p>Two divers"
    )
    text = parse_page(page().replace("</article>", f'<div class="live-blog">{within}</div></article>')).text
    assert "\n\n14:42 Quay open again\n\nThe first ship" in text
    assert "\n\nThe dive began.\n\nWhat is known\n\nTwo divers" in text
    # A teaser of a live blog makes no live blog of the page.
    inline = "<h2>Costs</h2><p>The first ship leaves at <time>10:45</time> and takes the mayor along, as before.</p>"
    promo = '<div class="liveblog-promo"><a href="/live">Live</a></div>'
    teased = page(above="<p>Saturday <time>09:30</time></p>").replace("</article>", f"{inline}{promo}</article>")
    assert "Costs\n\nThe first ship leaves at 10:45 and takes the mayor along" in parse_page(teased).text
    # Elsewhere what has a time and a heading is mostly a teaser.
    teaser = parse_page(page().replace("</article>", f"<div>{posts}</div></article>")).text
    assert "14:42" not in teaser


def test_a_layer_that_asks_for_consent_is_not_part_of_the_article() -> None:
    layer = '<div class="cookie-banner"><h2>Your choice</h2><p>Our 311 suppliers read what you do here.</p></div>'
    text = parse_page(page(below=layer)).text
    assert "311 suppliers" not in text
    assert "Ines Falk" in text


def test_a_page_in_utf8_with_a_stray_byte_is_read() -> None:
    written = page(above="<p>The Zoë anchored beside the café of the pilots, and her crew went ashore.</p>").encode()
    (read,) = parse_html("quay.html", written.replace(b"<main>", b"<!-- M\xe4rz --><main>"))
    assert "The Zoë anchored beside the café" in read.text
    assert read.guessed == "UTF-8 with 1 damaged byte"


def rows(*written: str) -> str:
    return page(above=f"<table>{''.join(f'<tr>{row}</tr>' for row in written)}</table>")


HEADINGS = "<th>Town</th><th>Rain (mm)</th><th>Days</th>"
SKERRY = "<td>Skerry Bay</td><td>301</td><td>26</td>"
TWO_YEARS = "<th></th><th colspan='2'>2025</th>"
NORTH = "<th colspan='3'>North</th>"
LONG = HEADINGS.replace("Town", "Where " * 20)


@pytest.mark.parametrize(
    ("written", "row"),
    [
        (rows(HEADINGS, SKERRY), "| Skerry Bay | Rain (mm): 301 | Days: 26 |"),
        (rows(HEADINGS, SKERRY.replace("301", "")), "| Skerry Bay |  | Days: 26 |"),
        (
            rows(HEADINGS, SKERRY.replace("<td>S", "<td rowspan='2'>S"), "<td>4</td><td>1</td>"),
            "| Skerry Bay | Rain (mm): 4 | Days: 1",
        ),
        (rows(TWO_YEARS, HEADINGS, SKERRY), "2025 Rain (mm): 301 | 2025 Days: 26 |"),
        (rows(HEADINGS.replace("Town", "Rank"), SKERRY.replace("Skerry Bay", "1")), "| Rank: 1 | Rain (mm): 301 |"),
        (rows(HEADINGS.replace("th>", "td>"), SKERRY), "| Skerry Bay | 301 | 26 |"),
        (rows("<th colspan='2'>Quarrow</th>", "<th>Mayor</th><td>Joe Lind</td>"), "| Mayor | Joe Lind |"),
        (rows(HEADINGS, SKERRY, "<th>Party</th><th>Seats</th>", "<td>Left</td><td>44</td>"), "| Left | Seats: 44 |"),
        (rows(HEADINGS, "<td>Marl</td><td>5</td><td>2</td>", NORTH, SKERRY), "| Skerry Bay | Rain (mm): 301 |"),
        (
            page(above=f"<table><tfoot><tr>{SKERRY}</tr></tfoot><tr>{HEADINGS}</tr></table>"),
            "| Skerry Bay | 301 | 26 |",
        ),
        (rows(LONG, SKERRY.replace("Skerry Bay", "7")), "| 7 | Rain (mm): 301 |"),
        (rows(HEADINGS, SKERRY.replace("<td>S", "<td colspan='999999999'>S")), "Skerry Bay"),
    ],
)
def test_cells_have_the_headers_that_a_table_marks(written: str, row: str) -> None:
    assert row in parse_page(written).text
