"""Day origins: where the day of an article comes from, as a short code and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from index.core.formatting import one_line
from index.text.days import read_numeric_day

DayCode = Literal[
    "", "json_ld", "metadata", "page", "address", "issue", "running_head", "mail", "forwarded_mail", "front_matter",
    "field", "column", "item", "head", "press_database", "dateline", "file_name", "numeric_order",
]  # fmt: skip
_WORDS: Mapping[DayCode, str] = {
    "json_ld": "from the page's JSON-LD",
    "metadata": "from the page's metadata ({name})",
    "page": "from a line near the headline",
    "address": "from the page's address",
    "issue": "from the issue",
    "running_head": "from the head of the pages",
    "mail": "from the mail's Date header",
    "forwarded_mail": "from the header of the forwarded mail",
    "front_matter": "from the field {name} of the front matter",
    "field": "from the JSON field {name}",
    "column": "from the column {name}",
    "item": "from the date of the item in the XML",
    "head": "from a line near the headline",
    "press_database": "from the press database",
    "dateline": "from the dateline",
    "file_name": "from the file's name",
    "numeric_order": "from {written}, read as DATELINE_NUMERIC_DAYS says",
}
_LONGEST_NAME = 80  # characters


@dataclass(frozen=True, slots=True)
class DayOrigin:
    """Where the day that a file gives an article comes from."""

    code: DayCode = ""  # empty: the article has no day, or an earlier version read it
    name: str = ""  # of the field, column or kind of metadata, as it is spelled there
    of_update: bool = False  # no day of publication is stated, only that of an update
    written: str = ""  # a day in numbers that the file states and that can be read in two ways

    @classmethod
    def read(cls, stated: str) -> "DayOrigin":
        """Read an origin as readers state it, such as "dateline" or "field:publishedAt"; others count as unknown.

        >>> DayOrigin.read("field:publishedAt").words
        'from the JSON field publishedAt'
        """
        code, _, name = one_line(stated).partition(":")
        known: DayCode = next((known for known in get_args(DayCode) if known == code), "")
        return cls(known, name[:_LONGEST_NAME])

    @property
    def words(self) -> str:
        """Where the day comes from, or "" if it is unknown.

        >>> DayOrigin("mail", of_update=True).words
        "from the mail's Date header (of an update)"
        """
        words = _WORDS.get(self.code, "").format(name=self.name, written=self.written)
        return f"{words} (of an update)" if words and self.of_update else words

    @property
    def note(self) -> str:
        """Why there is no day, if the file states one that can be read in two ways, or "".

        >>> DayOrigin(written="05/02/2026").note
        'the file says 05/02/2026, which may be 5 February or 2 May 2026'
        """
        numeric = None if self.code else read_numeric_day(self.written)
        if numeric is None:
            return ""
        first, second = (f"{day.day} {day:%B}" for day in (numeric.day_first, numeric.month_first))
        return f"the file says {numeric.written}, which may be {first} or {second} {numeric.day_first.year}"


UNKNOWN = DayOrigin()
