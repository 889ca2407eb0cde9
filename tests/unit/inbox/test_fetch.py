"""Fetching: pages of the public web are fetched, and no connection is made to any other address."""

import gzip
import ipaddress
import shutil
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.core.errors import FetchFailed, ServerBusy
from index.inbox.fetch import INTERNET, Network, Page, _Gunzip, fetch, is_public
from tests.support.web_server import BOMB_BYTES, PAGE, TEXT, Answer, WebServer, packed, serve_web

KINDS = (".txt", ".md", ".html", ".pdf")
PUBLIC = "9.9.9.9"  # what the fake look-up returns for a name that a test does not list

# An address that programs read in different ways is refused before any look-up.
NO_ADDRESS = """
http://127.1/ http://127.0.1/ http://0177.0.0.1/ http://0177.0.0.01/ http://00000177.0.0.1/ http://0x7f.0.0.1/
http://0x7f000001/ http://0x7f.1/ http://2130706433/ http://017700000001/ http://127.0.0.0x1/ http://127.0.0.256/
http://1.1.1.1.1/ http://0x/ http://example.1/ http://10.0x1/ http://0/ http://8.8/ http://3232235777/
http://１２７.０.０.１/ http://①②⑦.⓪.⓪.①/ http://127%2e0%2e0%2e1/ http://%31%32%37.0.0.1/ http://[::1%25lo]/
http://[fe80::1%eth0]/ http://[::1]evil/ http://[127.0.0.1]/ http://[::ffff:127.0.0.1/ http://[v1.x]/
http:///etc/passwd http:// http://. http://../ http://a..b/ http://-/../ http://$(id)/ http://{a}/
http://example.org\\@127.0.0.1/ http://example.org\\.inner/ https://\\\\127.0.0.1/ file:///etc/passwd
ftp://example.org/a.txt gopher://127.0.0.1:70/_x dict://127.0.0.1:11211/stats ws://example.org/ jar://x!/ data://x,y
javascript://example.org/%0aalert(1) ldap://127.0.0.1/ unix:///run/docker.sock
""".split()
WITH_SPACES = [
    "http://exam ple.org/",
    "http://example.org\t.inner/",
    "http://example.org/\r\nHost: inner",
    "http://a\0b/",
]
NOT_READ = [
    *NO_ADDRESS,
    *WITH_SPACES,
    "http://" + "a" * 64 + ".org/",
    "http://" + "a." * 130 + "org/",
    "http://x/" * 9999,
]

NOT_PUBLIC = """
http://127.0.0.1/ http://127.0.0.1./ http://127.255.255.254/ http://127。0。0。1/ http://0.0.0.0/ http://0.1.2.3/
http://10.0.0.1/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.0.1/ http://169.254.169.254/latest/meta-data/
http://100.64.0.1/ http://100.100.100.200/ http://192.0.0.192/ http://192.0.2.1/ http://198.18.0.1/ http://198.51.100.7/
http://203.0.113.9/ http://192.88.99.1/ http://224.0.0.1/ http://239.255.255.250/ http://240.0.0.1/
http://255.255.255.255/ http://168.63.129.16/ http://[::]/ http://[::1]/ http://[0:0:0:0:0:0:0:1]/
http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::ffff:9.9.9.9]/ http://[::127.0.0.1]/
http://[64:ff9b::7f00:1]/ http://[64:ff9b::169.254.169.254]/ http://[64:ff9b:1::a00:1]/ http://[64:ff9b::909:909]/
http://[2002:7f00:1::]/ http://[2002:a00:1::1]/ http://[2001::1]/ http://[2001:0:a00:1:0:0:80ff:fffe]/
http://[2001:10::1]/ http://[2001:20::1]/ http://[2001:db8::1]/ http://[3fff::1]/ http://[100::1]/ http://[5f00::1]/
http://[fc00::1]/ http://[fd00:ec2::254]/ http://[fe80::1]/ http://[fec0::1]/ http://[ff02::1]/ http://[4000::1]/
https://127.0.0.1/ https://[::1]/
""".split()

NAMES_LEAD_TO = {
    "localhost": ["127.0.0.1", "::1"],
    "localhost.example": ["127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "first.example": ["10.0.0.1", PUBLIC],
    "last.example": [PUBLIC, "2620:fe::fe", "::1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "nat64.example": ["64:ff9b::a00:1"],
    "zone.example": ["2620:fe::fe%eth0"],
    "nonsense.example": ["not an address"],
    "xn--bcher-kva.example": ["192.168.0.1"],
}


def look_up(name: str, port: int) -> list[str]:
    return NAMES_LEAD_TO.get(name, [PUBLIC])


# The product's guards with our own look-up. A connection would end the test (`tests/support/loopback.py`).
GUARDED = replace(INTERNET, look_up=look_up)


def refusal(address: str, network: Network = GUARDED, *, max_bytes: int = 1_000_000, seconds: float = 20) -> str:
    """Return the error message of a fetch: what is wrong, what was expected, what to do."""
    with pytest.raises(FetchFailed) as caught:
        fetch(address, kinds=KINDS, max_bytes=max_bytes, seconds=seconds, network=network)
    refused = str(caught.value)
    assert ". Expected " in refused
    assert refused.endswith(".")
    assert refused.isprintable()
    assert caught.value.__cause__ is None
    return refused


@pytest.mark.parametrize("address", NOT_READ)
def test_an_invalid_address_is_not_looked_up(address: str) -> None:
    def never(name: str, port: int) -> list[str]:
        raise AssertionError(name)

    assert "not an address that can be fetched" in refusal(address, replace(INTERNET, look_up=never))


@pytest.mark.parametrize(
    "address", [*NOT_PUBLIC, *(f"http://{name}/" for name in NAMES_LEAD_TO), "http://FIRST.example./"]
)
def test_an_address_that_is_not_public_gets_no_request(address: str) -> None:
    assert "which is not on the public internet" in refusal(address)


def test_the_tables_of_hostile_addresses_are_complete() -> None:
    assert len({*NOT_READ, *NOT_PUBLIC, *NAMES_LEAD_TO}) > 110


@pytest.mark.parametrize("address", ["http://example.org:22/", "https://example.org:8080/", "http://example.org:0/"])
def test_only_the_ports_of_the_web_are_allowed(address: str) -> None:
    assert "is not allowed. Expected the ports of the web, 80 and 443" in refusal(address)


@pytest.mark.parametrize(
    "address", ["https://me:secret@example.org/", "http://secret@127.0.0.1/", "http://example.org:80@secret@9.9.9.9/"]
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    refused = refusal(address)
    assert "user name or password" in refused
    assert "secret" not in refused


def test_an_unknown_name_is_reported() -> None:
    def unknown(name: str, port: int) -> list[str]:
        raise OSError

    assert "the name news.example is unknown" in refusal("http://news.example/", replace(INTERNET, look_up=unknown))
    assert "the name news.example is unknown" in refusal(
        "http://news.example/", replace(INTERNET, look_up=lambda *_: [])
    )


@given(st.ip_addresses())
def test_an_address_we_call_public_is_public_to_python(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(st.ip_addresses(v=4))
def test_a_public_address_embeds_no_other_address(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    for outer in (
        number,  # ::a.b.c.d
        (0xFFFF << 32) | number,
        (0x64FF9B << 96) | number,
        (0x64FF9B0001 << 80) | number,
        (0x2002 << 112) | (number << 80) | 1,
        (0x20010000 << 96) | (number ^ 0xFFFFFFFF),
    ):
        assert not is_public(str(ipaddress.IPv6Address(outer)))


@pytest.mark.parametrize(
    "place", ["1.1.1.1", "151.101.1.164", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a04:4e42::81"]
)
def test_the_web_is_public(place: str) -> None:
    assert is_public(place)


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serve_web() as server:
        yield server


def test_a_page_is_returned_unchanged(web: WebServer) -> None:
    web.answers["/news/lind.txt?day=1"] = Answer(TEXT)
    address = f"http://news.example:{web.port}/news/lind.txt?day=1"
    page = fetch(f"{address}#top", kinds=KINDS, max_bytes=len(TEXT), network=web.network())
    assert page == Page(address, "lind.txt", TEXT)
    ((_, headers),) = web.asked
    assert headers["Host"] == f"news.example:{web.port}"
    assert headers["User-Agent"].startswith("Dateline (")
    assert not {"Cookie", "Referer", "Authorization"} & set(headers)


def test_a_name_with_non_ascii_letters_is_requested_in_ascii(web: WebServer) -> None:
    web.answers["/%C3%BCber"] = Answer(TEXT)
    page = fetch(f"http://Bücher.example:{web.port}/über", kinds=KINDS, max_bytes=99, network=web.network())
    assert page.name == "über.txt"
    assert web.asked[0][1]["Host"] == f"xn--bcher-kva.example:{web.port}"


def test_neither_proxy_nor_netrc_of_the_environment_is_used(
    web: WebServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("default login me password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    web.answers["/a.txt"] = Answer(TEXT)
    assert fetch(f"http://news.example:{web.port}/a.txt", kinds=KINDS, max_bytes=99, network=web.network())
    assert "Authorization" not in web.asked[0][1]


def test_a_name_is_looked_up_once_and_that_answer_is_used(web: WebServer) -> None:
    asked: list[str] = []

    def rebinding(name: str, port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    web.answers["/a.txt"] = Answer(TEXT)
    address, network = f"http://news.example:{web.port}/a.txt", replace(web.network(), look_up=rebinding)
    assert fetch(address, kinds=KINDS, max_bytes=99, network=network).content == TEXT
    assert asked == ["news.example"]
    assert "leads to 10.0.0.1" in refusal(address, network)


def test_one_private_address_of_a_name_is_enough_to_send_no_request(web: WebServer) -> None:
    network = web.network({"news.example": ["127.0.0.1", "10.0.0.1"]})
    assert "leads to 10.0.0.1" in refusal(f"http://news.example:{web.port}/a.txt", network)
    assert web.asked == []


def test_if_one_address_does_not_answer_the_next_is_tried(web: WebServer) -> None:
    web.answers["/a.txt"] = Answer(TEXT)
    address = f"http://news.example:{web.port}/a.txt"
    network = web.network({"news.example": ["127.0.0.2", "127.0.0.1"]})
    assert fetch(address, kinds=KINDS, max_bytes=99, network=network).content == TEXT
    assert "does not answer" in refusal(address, web.network({"news.example": ["127.0.0.2"]}))


def test_redirects_are_followed_without_cookies(web: WebServer) -> None:
    web.answers = {
        "/old": Answer(status=301, headers={"Location": "/newer", "Set-Cookie": "who=me; Path=/"}),
        "/newer": Answer(status=307, headers={"Location": f"//other.example:{web.port}/new.html#part"}),
        "/new.html": Answer(PAGE, "text/html; charset=utf-8"),
    }
    page = fetch(f"http://news.example:{web.port}/old", kinds=KINDS, max_bytes=999, network=web.network())
    assert page == Page(f"http://other.example:{web.port}/new.html", "new.html", PAGE)
    assert [headers["Host"].split(":")[0] for _, headers in web.asked] == ["news.example"] * 2 + ["other.example"]
    assert not any("Cookie" in headers for _, headers in web.asked)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://inner.example/", "leads to 10.0.0.1, which is not on the public internet"),
        ("http://169.254.169.254/latest/meta-data/", "leads to 169.254.169.254"),
        ("//[::1]/", "leads to ::1"),
        ("http://0x7f000001/", "redirects to http://0x7f000001/: not an address that can be fetched"),
        ("file:///etc/passwd", "not an address that can be fetched"),
        ("http://me:secret@news.example/", "user name or password"),
        ("http://news.example:22/", "port 22 is not allowed"),
        ("http://[", "not an address that can be fetched"),
        ("", "not an address that can be fetched"),
        ("/loop", "more than 5 times"),
    ],
)
def test_a_redirect_is_checked_like_the_first_address(web: WebServer, location: str, why: str) -> None:
    web.answers["/loop"] = Answer(status=302, headers={"Location": location})
    refused = refusal(f"http://news.example:{web.port}/loop", web.network({"inner.example": ["10.0.0.1"]}))
    assert why in refused
    assert "secret" not in refused
    assert len(web.asked) == (6 if location == "/loop" else 1)


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/", "text/html", "news.example.html"),
        ("/2026/02/talks/", "text/html; charset=utf-8", "talks.html"),
        ("/talks.php?id=7", "TEXT/HTML", "talks.html"),
        ("/talks.html", "application/xhtml+xml", "talks.html"),
        ("/v1.2-notes", "text/plain", "v1.2-notes.txt"),
        ("/talks.md", "text/plain", "talks.md"),
        ("/talks.md", "application/octet-stream", "talks.md"),
        ("/talks.PDF", "", "talks.pdf"),
        ("/talks", "application/pdf", "talks.pdf"),
        ("/talks", "text/markdown", "talks.md"),
        ("/..%2f..%2fetc%2fpasswd", "text/plain", "passwd.txt"),
    ],
)
def test_the_kind_of_a_page_comes_from_its_type_and_its_name(web: WebServer, path: str, kind: str, name: str) -> None:
    web.answers[path] = Answer(TEXT, kind)
    address = f"http://news.example:{web.port}{path}"
    assert fetch(address, kinds=KINDS, max_bytes=99, network=web.network()).name == name


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(status=404), "the server answered 404 (Not Found). Expected the page."),
        (Answer(status=503), "503 (Service Unavailable)"),
        (Answer(status=799), "the server answered 799. Expected"),
        (Answer(status=206), "206 (Partial Content)"),
        (Answer(kind="image/png"), "the type image/png is not supported. Expected one of .txt, .md, .html, .pdf."),
        (Answer(kind="application/json"), "the type application/json is not supported"),
        (Answer(kind="application/octet-stream"), "the type application/octet-stream is not supported"),
        (Answer(kind=""), "the page has no type"),
        (Answer(headers={"Content-Encoding": "br"}), "compressed as 'br'"),
        (Answer(packed(2000)[:-4], headers={"Content-Encoding": "gzip"}), "cannot be read (its end is missing)"),
        (Answer(packed(2000)[:-20], headers={"Content-Encoding": "gzip"}), "cannot be read (its end is missing)"),
        (Answer(b"", headers={"Content-Encoding": "gzip"}), "cannot be read (its end is missing)"),
        (Answer(packed(1_000_000), headers={"Content-Encoding": "gzip, gzip"}), "compressed as 'gzip, gzip'"),
        (Answer(b"no gzip", headers={"Content-Encoding": "gzip"}), "the answer cannot be read"),
        (Answer(claims=1000), "the answer cannot be read"),
        (Answer(TEXT * 1000), "larger than the limit of 0 MB"),
        (Answer(headers={"X": "y" * 200_000}), "the answer cannot be read"),
    ],
)
def test_anything_but_a_page_is_reported(web: WebServer, answer: Answer, why: str) -> None:
    web.answers["/x"] = answer
    assert why in refusal(f"http://news.example:{web.port}/x", web.network(), max_bytes=10_000)


def test_a_small_answer_that_decompresses_to_a_huge_one_is_stopped(web: WebServer) -> None:
    bomb = packed(BOMB_BYTES)
    assert len(bomb) < BOMB_BYTES / 100
    web.answers["/bomb"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        refused = refusal(f"http://news.example:{web.port}/bomb", web.network(), max_bytes=2_000_000)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "larger than the limit of 2 MB" in refused
    assert most < BOMB_BYTES / 5


@settings(max_examples=40)
@given(st.lists(st.binary() | st.integers(0, 3).map(lambda n: b" " * (n * 2**20)), min_size=1, max_size=3), st.data())
def test_a_compressed_page_is_complete_however_it_arrives(members: list[bytes], data: st.DataObject) -> None:
    sent, gunzip = b"".join(gzip.compress(member, 1, mtime=0) for member in members), _Gunzip()
    at = data.draw(st.integers(0, len(sent)))
    assert b"".join([*gunzip.pieces(sent[:at]), *gunzip.pieces(sent[at:])]) == b"".join(members)
    gunzip.close()


def test_a_compressed_page_is_decompressed(web: WebServer) -> None:
    web.answers["/x"] = Answer(packed(1_000_000), headers={"Content-Encoding": "GZIP"})
    page = fetch(f"http://news.example:{web.port}/x", kinds=KINDS, max_bytes=1_000_000, network=web.network())
    assert page.content == b" " * 1_000_000


@pytest.mark.parametrize("drips", ["head", "body"])
def test_an_answer_that_never_ends_is_stopped_at_the_time_limit(web: WebServer, drips: str) -> None:
    web.answers["/x"] = Answer(drips=drips)
    begun = time.monotonic()
    refused = refusal(f"http://news.example:{web.port}/x", web.network(), seconds=0.4)
    assert "did not arrive within 0.4 s" in refused
    assert time.monotonic() - begun < 5
    with pytest.raises(ServerBusy):
        fetch(f"http://news.example:{web.port}/x", kinds=KINDS, max_bytes=99, seconds=0.1, network=web.network())


def test_a_look_up_that_hangs_is_stopped_at_the_time_limit() -> None:
    answered = threading.Event()

    def hang(name: str, port: int) -> list[str]:
        answered.wait(60)
        return [PUBLIC]

    begun = time.monotonic()
    assert "did not arrive within 0.4 s" in refusal(
        "http://news.example/", replace(INTERNET, look_up=hang), seconds=0.4
    )
    assert time.monotonic() - begun < 5
    answered.set()


def test_a_server_with_another_protocol_is_reported(web: WebServer) -> None:
    assert "no safe connection" in refusal(f"https://news.example:{web.port}/", web.network())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for news.example, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    file = tmp_path_factory.mktemp("tls") / "news.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example", "-days", "2"),
            *("-keyout", file, "-out", file.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    return file


@pytest.fixture
def safe_web(certificate: Path) -> Iterator[WebServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.with_suffix(".crt"), certificate)
    with serve_web(context) as server:
        server.answers["/a.txt"] = Answer(TEXT)
        yield server


def test_an_untrusted_certificate_is_refused(safe_web: WebServer) -> None:
    refused = refusal(f"https://news.example:{safe_web.port}/a.txt", safe_web.network())
    assert "no safe connection (self" in refused
    assert "Expected a valid certificate for news.example. Nothing was read." in refused
    assert safe_web.asked == []


def test_a_certificate_must_be_for_the_name_and_not_the_ip_address(safe_web: WebServer, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate.with_suffix(".crt"))
    network = safe_web.network(certificates=trusting)
    page = fetch(f"https://news.example:{safe_web.port}/a.txt", kinds=KINDS, max_bytes=99, network=network)
    assert page.content == TEXT
    assert safe_web.names == ["news.example"]
    assert safe_web.asked[0][1]["Host"] == f"news.example:{safe_web.port}"
    for other in ("other.example", "127.0.0.1"):
        assert "no safe connection (" in refusal(f"https://{other}:{safe_web.port}/a.txt", network)


def test_a_connection_for_one_name_is_not_used_for_another(safe_web: WebServer, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate.with_suffix(".crt"))
    location = f"https://other.example:{safe_web.port}/a.txt"
    safe_web.answers["/moved"] = Answer(b"", status=302, headers={"Location": location})
    refused = refusal(f"https://news.example:{safe_web.port}/moved", safe_web.network(certificates=trusting))
    assert refused.startswith(f"{location}: no safe connection (")
    assert [path for path, _ in safe_web.asked] == ["/moved"]


def test_a_redirect_out_of_https_is_refused(web: WebServer, safe_web: WebServer, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate.with_suffix(".crt"))
    safe_web.answers["/moved"] = Answer(status=301, headers={"Location": f"http://news.example:{web.port}/a.txt"})
    network = safe_web.network(certificates=trusting)
    network = replace(network, ports=network.ports | {web.port})
    assert "from https to http" in refusal(f"https://news.example:{safe_web.port}/moved", network)
    assert web.asked == []
