"""Field names: what the fields of JSON records and tables mean, where `dateline.toml` in the seeds folder says it.

[fields]
text = "storyText"
title = "kop"
published = "verschenen"
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.reading.facts import FACT_OF, plain_name

FILE_NAME = "dateline.toml"
FACTS = ("text", *dict.fromkeys(FACT_OF.values()))
FieldNames = Mapping[str, str]  # from the plain name of a field to the fact that it states


def read_field_names(seeds: Path) -> FieldNames:
    """Return the names of fields that the seeds folder gives, or none if it has no such file.

    Raises UnreadableArticle if the file cannot be read.
    """
    file = seeds / FILE_NAME
    if file.is_symlink() or not file.is_file():
        return {}
    try:
        fields = tomllib.loads(file.read_text(encoding="utf-8")).get("fields")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(one_line(str(error))[:100]) from None
    if not isinstance(fields, dict):
        raise _wrong("it has no [fields]")
    if unknown := sorted(set(fields) - set(FACTS)):
        raise _wrong(f"{unknown[0]!r} is none of {', '.join(FACTS)}")
    if not all(isinstance(name, str) and name.strip() for name in fields.values()):
        raise _wrong("the name of a field is not text")
    return {plain_name(name.strip()): fact for fact, name in fields.items()}


def _wrong(why: str) -> UnreadableArticle:
    return UnreadableArticle(
        f'{FILE_NAME}: not read ({why}). Expected [fields] and lines such as text = "story". Fix it and index again.'
    )
