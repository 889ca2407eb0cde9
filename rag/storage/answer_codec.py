"""Save answers: an answer is JSON that refers to its articles by name, and each article is saved once.

A quote of a saved answer is still cut from its article by its offsets, even if the article was edited or removed
since. A digest shows whether what is read is what was written.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import blake2b

from pydantic import TypeAdapter

from index.text.articles import Article
from rag.answering.models import Answer


def take_apart(answer: Answer) -> tuple[object, dict[str, str]]:
    """Return an answer as JSON values that refer to its articles by name, and the articles, as JSON, by name.

    The name is the id with a digest of all that is saved, or the id alone in files of earlier versions.
    """
    articles: dict[str, str] = {}

    def take_out(article: object) -> object:
        assert isinstance(article, dict)
        name, written = _named(article)
        articles[name] = written
        return name

    return _with_articles(_answers().dump_python(answer, mode="json"), take_out), articles


def put_together(written: object, articles: Mapping[str, str]) -> Answer:
    """Return the answer that was taken apart. Raises pydantic's ValidationError or KeyError if it cannot be read."""
    whole = _with_articles(written, lambda id_: json.loads(articles[str(id_)]))
    return _answers().validate_python(_as_now(whole))


def digest(written: Mapping[str, object], articles: Mapping[str, str]) -> str:
    """Return a hash of what is saved and of the articles it rests on, from which its quotes are cut."""
    parts = [json.dumps(written, ensure_ascii=False), *(articles[id_] for id_ in sorted(articles))]
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def is_as_written(kept: dict[str, object], articles: Mapping[str, str]) -> bool:
    """Return True if `kept` and the articles of its "answer" have its "digest", which is taken out of it."""
    written = kept.pop("digest", None)
    rests_on: set[str] = set()
    _with_articles(kept["answer"], lambda id_: rests_on.add(str(id_)))
    if written is None or not rests_on <= articles.keys():
        return written is None  # saved before there were digests
    return written == digest(kept, {id_: articles[id_] for id_ in rests_on})


def name_article(article: Article) -> tuple[str, str]:
    """Return the name under which an article is saved, and the article as JSON."""
    return _named(_articles().dump_python(article, mode="json"))


def is_as_named(name: str, written: str) -> bool:
    """Return True if a saved article is the one that its name was made for."""
    return name.endswith(f"-{_name_digest(written)}")


def _named(article: Mapping[str, object]) -> tuple[str, str]:
    written = json.dumps(article, ensure_ascii=False)
    # A correction or another reader makes another article with the same id.
    return f"{article['id']}-{_name_digest(written)}", written


def _name_digest(written: str) -> str:
    return blake2b(written.encode(), digest_size=4).hexdigest()


def read_article(written: str) -> Article:
    """Return an article that was saved with an answer. Raises pydantic's ValidationError if it cannot be read."""
    return _articles().validate_json(written)


@cache
def _articles() -> TypeAdapter[Article]:
    return TypeAdapter(Article)


@cache
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


def _as_now(part: object) -> object:
    """Return JSON in the form that answers have now, if it was saved in an earlier one."""
    if isinstance(part, list):
        return [_as_now(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    read = {name: _as_now(value) for name, value in part.items()}
    if "verdict" in read and isinstance(message := read.pop("rule", None), str):
        # Before there were doubts, a statement's "rule" was the message.
        read["doubt"] = {"rule": "", "message": message} if message else None
    if read.get("verdict") == "doubtful":
        read["verdict"] = "unclear"  # as it was called before contradictions had a verdict of their own
    if "quoted" in read:
        read["quoted"] = _quoted(read["quoted"])
    if "weight" in read:
        read.pop("answers", None)
    return read


def _quoted(saved: object) -> object:
    """Return the quotes of an answer: before there were levels, a list of statements or the closest of a refusal."""
    if isinstance(saved, list):
        return {"level": "answers", "statements": saved, "chance": None}
    if isinstance(saved, dict) and "closest" in saved:
        statements = [
            {
                "text": one["article"]["text"][one["span"]["start"] : one["span"]["end"]],
                "citations": [one],
                "verdict": "supported",
            }
            for one in saved["closest"]
        ]
        return {"level": "may_answer" if statements else "nothing", "statements": statements, "chance": None}
    return saved


def _with_articles(part: object, change: Callable[[object], object]) -> object:
    """Return JSON in which each value of "article" is changed, wherever it is."""
    if isinstance(part, dict):
        return {
            name: change(value) if name == "article" else _with_articles(value, change) for name, value in part.items()
        }
    return [_with_articles(entry, change) for entry in part] if isinstance(part, list) else part
