"""How many independent sources an answer rests on.

Ten papers that print one agency's report are one source, and so are two articles of one paper.
"""

from dataclasses import dataclass

from index.core.formatting import counted
from index.text.terms import folded
from rag.answering.models import Answer


@dataclass(frozen=True, slots=True)
class Sources:
    """The articles that say what an answer quotes."""

    articles: int  # on the shelf, copies included
    independent: int  # no two of them are copies or of one outlet

    @property
    def words(self) -> str:
        """The count as it is shown; "" if there is only one article.

        >>> Sources(5, 2).words, Sources(1, 1).words
        ('5 articles, 2 sources', '')
        """
        both = f"{counted(self.articles, 'article')}, {counted(self.independent, 'source')}"
        return both if self.articles > 1 else ""


def count_sources(answer: Answer) -> Sources:
    """Count the articles that say what an answer says, and how many of them are independent.

    What an article with copies prints is not its outlet's own, so only those without are joined by their outlet, or by
    the owner of several outlets.
    """
    owners = read_owners(answer.outlet_groups)
    groups: list[set[str]] = []
    articles: set[str] = set()
    cited = {citation.article.id: citation.article for said in answer.statements for citation in said.citations}
    for id_, article in cited.items():
        copies = {copy.id for copy in answer.copies.get(id_, ())}
        articles |= {id_, *copies}
        outlet = folded(article.outlet or "")
        named = {id_, *copies} if copies or not outlet else {id_, f"outlet {owners.get(outlet, outlet)}"}
        touching = [group for group in groups if group & named]
        groups = [group for group in groups if not group & named] + [named.union(*touching)]
    return Sources(len(articles), len(groups))


def read_owners(groups: str) -> dict[str, str]:
    """Return the first outlet of its group for each outlet, folded.

    >>> read_owners("The Lamp, Lamp on Sunday; The Post")
    {'the lamp': 'the lamp', 'lamp on sunday': 'the lamp', 'the post': 'the post'}
    """
    read = ([folded(name.strip()) for name in group.split(",") if name.strip()] for group in groups.split(";"))
    return {name: names[0] for names in read for name in names}
