"""HTML fields: text from the HTML in the fields of a record."""

import time

import pytest

from index.reading.html_fields import to_plain_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<div><h2>Snow</h2><p>It <em>fell</em>.</p></div>", "Snow\n\nIt fell."),
        ("<ul><li>Oslo</li><li>Bergen</li></ul>", "Oslo\n\nBergen"),
        ("<table><tr><td>Oslo</td><td>3</td></tr><tr><td>Bergen</td><td>1</td></tr></table>", "Oslo 3\n\nBergen 1"),
        ("<p>It fell.</p><script>let x = '<p>no</p>'</script><style>p {}</style>", "It fell."),
        ("<p>It fell.<!-- not this --></p>", "It fell."),
        ("One <b>line</b>.\nAnother &amp; more.", "One line.\nAnother & more."),
        ("Rock &#8217;n&#8217; roll", "Rock ’n’ roll"),
        ("a < b and c > d", "a < b and c > d"),
        ("if x<y: <no tag>", "if x<y: <no tag>"),
        ("<p>It fell", "It fell"),
        ("<html><head><title>Snow</title><meta name='a'><body><p>It fell.</p>", "It fell."),
        ("<html><head><title>Snow</title></head><body>It <b>fell</b>.", "It fell."),
        ("<p>It fell.</p><iframe src='x'><p>It melted.</p>", "It fell.\n\nIt melted."),
        ("<p>It fell.<iframe src='x'><p>It lay.<iframe><p>None</p></iframe><p>It melted.",
         "It fell.\n\nIt lay.\n\nIt melted."),
        ("<p>It fell.</p><SVG id='a'><path d='M1'><p>It melted.</p>", "It fell.\n\nIt melted."),
        ("<svg><title>no</title><svg><text>no</text></svg><text>no</text></svg>It <b>fell</b>.", "It fell."),
        ("<p>It fell.</p><script>let x = '<b>no</b>';<p>It rose.</p>", "It fell.\n\nIt rose."),
        ("<p>It fell.</p><script>let x = '<script>';</script><p>It rose.</p>", "It fell.\n\nIt rose."),
        ("<p>It fell.</p><style>p {}<p>It rose.</p><script src=x>", "It fell.\n\nIt rose."),
        ("<template><p>no</p></template><noscript><p>no</p></noscript><p>It fell.", "It fell."),
        ("<p>It fell <a href='", "It fell <a href='"),
    ],
)  # fmt: skip
def test_html_becomes_text(written: str, text: str) -> None:
    assert to_plain_text(written) == text


@pytest.mark.parametrize(
    "piece", ["<a ", "<!--", "<![CDATA[", "</", "<a b='", "&#", "<?", "<svg>", "<svg ", "</svg>", "<title>"]
)
def test_what_does_not_end_takes_no_long_time(piece: str) -> None:
    begin = time.process_time()
    to_plain_text(f"<p>{piece * 50_000}")
    to_plain_text(f"<p>{piece * 50_000}</p>")
    assert time.process_time() - begin < 3


@pytest.mark.parametrize("space", ["\t", " ", "\xa0", "\t \xa0"])
def test_a_long_space_takes_no_time(space: str) -> None:
    assert to_plain_text(f"<b>Snow</b>{space * 200_000}fell \t\n\t here").endswith("fell\nhere")
