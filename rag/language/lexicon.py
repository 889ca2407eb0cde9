"""Lexicon: the word lists of `data/`, one list a file.

They were written by hand from general news English. A "#" starts a comment. Lists that are compared with a text are
read by their stems (`index.text.terms`), so "agrees", "agreed" and "agreement" are one word.
"""

from importlib.resources import files

from index.text.terms import terms


def lines(name: str) -> tuple[str, ...]:
    """Return the lines of a list, without comments and empty lines.

    >>> lines("spellings")[0]
    'aeroplane airplane'
    """
    text = files(__package__).joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
    bare = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in bare if line)


def words(name: str) -> tuple[str, ...]:
    """Return the words of a list, in order."""
    return tuple(word for line in lines(name) for word in line.split())


# Tuples and sets of words.
LINKING = words("linking")
TITLES = frozenset(words("titles"))
MAKING_ANOTHER = frozenset(words("name_modifiers"))
SAYING = words("saying")
SPEAKING = words("speaking")
REPORTING = frozenset(words("reporting"))
AUXILIARIES = frozenset(words("auxiliaries"))
PREPOSITIONS = frozenset(words("prepositions"))
FILLERS = frozenset(words("fillers"))
FILLER_TERMS = frozenset(term for word in FILLERS for term in terms(word))
TIMES = frozenset(words("times"))
# "rose", "sunk": the forms of irregular verbs after the first.
PAST_FORMS = frozenset(form for line in lines("irregular_verbs") for form in line.split()[1:])
BEGINNINGS = frozenset(words("beginnings"))

# Alternatives of a regular expression.
ROLES = "|".join(words("roles"))
MORE_ROLES = "|".join(words("more_roles"))
BODIES = "|".join(words("organisations"))
SPEAKING_BODIES = "|".join(words("speaking_organisations"))
