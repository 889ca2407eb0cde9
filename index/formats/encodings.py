"""Encodings: decode the bytes of a text file, or say why that is not possible.

A wrong guess puts wrong letters into quotes. So a byte order mark comes first, then UTF-8, then what the file declares.
A guess is used only if nothing contradicts it, and it is reported.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.core.errors import UnreadableArticle

# How files begin that are no text, whatever their name.
_NO_TEXT = (
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
)
# UTF-32 first: its little-endian mark starts with the one of UTF-16.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])
_SAMPLE = 200_000  # bytes that a guess is based on
_WESTERN = "cp1252"  # a superset of the printable part of Latin-1
# Without the letters of Icelandic: in an old file these bytes are more often Turkish letters.
_WESTERN_LETTERS = re.compile(r"[\x00-\x7e€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\xa0-ÏÑ-Ýß-ïñ-üÿ]*")
# "powiedzia³, ¿e": Polish decoded as French, unlike "5 km² and 3 m³". "ZoÃ": truncated UTF-8.
_OUT_OF_PLACE = re.compile(
    r"[a-ln-zà-ÿ]³|m³[a-zà-ÿ]|[a-zà-ÿ][¹¿¡£¥¦¯¶¼½¾]|[¿¡¶¼½¾¹³£¥¯]e\b|[a-zà-ÿ][ÀÈÌÙÃÕ][a-zà-ÿ]|[a-zà-ÿ][ÂÃ]\Z|â€\Z"
)
# Encodings of other scripts: a text in one of these is rarely valid in another.
_OTHER_SCRIPTS = {
    "cp1251", "koi8_r", "koi8_u", "cp866", "mac_cyrillic", "iso8859_5", "cp1253", "iso8859_7", "cp1255", "iso8859_8",
    "cp1256", "iso8859_6", "cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213", "euc_jp", "euc_jis_2004",
    "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "big5hkscs", "cp949", "euc_kr", "johab", "tis_620", "cp874",
}  # fmt: skip
# Least share of letters of that script. A few strange bytes are not enough to recognise it.
_LEAST_SHARE = 0.5
# A non-ASCII letter in UTF-8, or any other non-ASCII byte.
_LETTER_OR_BYTE = re.compile(
    rb"(?P<letter>[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})|[\x80-\xff]"
)
# The first byte of a letter or mark in UTF-8, read as Windows-1252, and what can follow it.
_ENCODED_TWICE = re.compile(r"[Â-ßâ-ï][\x80-¿€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸŽ]")
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,100}encoding=["']([\w.:-]{1,40})|<meta[^>]{0,200}charset=["']?([\w.:-]{1,40})""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Clean text, and the encoding if it was guessed."""

    text: str
    guessed: str = ""


def decode(path: str, content: bytes, *, declared: str = "") -> Decoded:
    """Decode bytes into clean text: by their mark, as UTF-8, as the `declared` encoding, or by a guess.

    Raises UnreadableArticle if none of these is certain enough, or if the bytes are those of another kind of file.
    """
    if kind := next((kind for begin, kind in _NO_TEXT if content.startswith(begin)), ""):
        raise UnreadableArticle(
            f"{path}: {kind}, despite its name. Expected text. Rename it to its kind, or remove it."
        )
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    for encoding in [marked] if marked else [*_wide(content), "utf-8", declared]:
        if (text := _decoded(content, encoding)) is not None:
            once = _decoded_twice(text)
            return Decoded(clean(once), guessed="" if once == text else "UTF-8 that was encoded twice")
    guess = "" if marked else _guess(content)
    if guess and (text := _decoded(content, guess)) is not None:
        return Decoded(clean(text), guessed="Windows-1252" if guess == _WESTERN else guess)
    expected = marked or "utf-8"
    raise UnreadableArticle(
        f"{path}: {_why_not(content, expected)}, and the encoding of its text is not clear. Expected UTF-8, or an "
        "encoding that can be recognised. Save the file as UTF-8 and index again."
    )


def decode_html(path: str, content: bytes) -> Decoded:
    """Decode the bytes of a web page into clean text: as UTF-8, or as the encoding it declares."""
    found = _DECLARED.search(content[:4096])
    declared = next((name for name in found.groups() if name), b"").decode() if found else ""
    if (mended := _mended(content, declared)) is not None:
        return mended
    # By the WHATWG Encoding standard, a page that declares Latin-1 means Windows-1252.
    return decode(path, content, declared=_WESTERN if declared.lower() in ("iso-8859-1", "latin1") else declared)


def _mended(content: bytes, declared: str) -> Decoded | None:
    """Decode a page in UTF-8 in which a few bytes are not, or return None. A browser shows such a page too."""
    if b"\x00" in content or declared.lower() not in ("", "utf-8", "utf8") or _decoded(content, "utf-8") is not None:
        return None
    letters = others = 0
    for found in _LETTER_OR_BYTE.finditer(content):
        letters, others = (letters + 1, others) if found["letter"] else (letters, others + 1)
    if others > letters:
        return None
    # A single byte between ASCII is a letter of the encoding that was once most common; others are unknown.
    single = re.sub(
        rb"(?<=[\x20-\x7e])[\xc0-\xff](?=[\x20-\x7e])", lambda one: one[0].decode(_WESTERN).encode(), content
    )
    text = clean(single.decode("utf-8", errors="replace"))
    return Decoded(text, guessed=f"UTF-8 with {others} damaged byte{'s' if others > 1 else ''}")


def clean(text: str) -> str:
    r"""Turn line ends into line feeds and remove invisible control characters.

    >>> clean("Rain\r\nin Lindenau\x00")
    'Rain\nin Lindenau'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def _decoded_twice(text: str) -> str:
    """Return a text in which lines that were encoded twice ("â€™" for "’") are as they were before.

    A line is left as it is if it would not be right as a whole.
    """
    if not _ENCODED_TWICE.search(text):
        return text
    import ftfy
    from ftfy.badness import is_bad

    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _ENCODED_TWICE.search(line) and is_bad(line) and not is_bad(once := ftfy.fix_encoding(line)):
            # ftfy puts a sign of replacement for what was lost on the way.
            lines[number] = once if once.count("\ufffd") <= line.count("\ufffd") else line
    return "\n".join(lines)


def _wide(content: bytes) -> Iterable[str]:
    """Yield the encoding with two or four bytes per letter that the zeros in a text suggest."""
    sample = content[:2000]
    many = len(sample) // 8  # half of the bytes at this place of a letter
    match tuple(sample[place::4].count(0) > many for place in range(4)):
        case (False, True, True, True):
            yield "utf-32-le"
        case (True, True, True, False):
            yield "utf-32-be"
        case (False, True, False, True):
            yield "utf-16-le"
        case (True, False, True, False):
            yield "utf-16-be"


def _decoded(content: bytes, encoding: str) -> str | None:
    if not encoding:
        return None
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _guess(content: bytes) -> str:
    """Return the old encoding of a text, or "" if it is uncertain."""
    sample = content[:_SAMPLE]
    if b"\x00" in sample or _is_torn_utf8(content):
        return ""  # not text, or text that a guess would garble
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample).best()
    if best is not None and best.encoding in _OTHER_SCRIPTS:
        letters = [letter for letter in str(best) if letter.isalpha()]
        return best.encoding if sum(letter > "\x7f" for letter in letters) > _LEAST_SHARE * len(letters) else ""
    text = _decoded(sample, _WESTERN)
    if best is None or text is None or not _WESTERN_LETTERS.fullmatch(text) or _OUT_OF_PLACE.search(text):
        return ""
    return _WESTERN


def _is_torn_utf8(content: bytes) -> bool:
    """Return True if most non-ASCII bytes are UTF-8: the text was truncated, or joined from two encodings."""
    letters = others = 0
    for found in _LETTER_OR_BYTE.finditer(content):
        if found["letter"]:
            letters += len(found["letter"])
        else:
            others += 1
    return letters > 2 * others


def _why_not(content: bytes, encoding: str) -> str:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return f"byte {error.start} is not {encoding.removesuffix('-sig').upper()}"
    return "it contains zero bytes"
