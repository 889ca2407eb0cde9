"""Sets: shelves of articles with questions and the places that answer them.

Every system is given the same files, a title line and the text, and is judged by character
ranges of the text. The data was made by others and is not part of the project.
"""

import csv
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from bench.quoting import read_clapnq

# TimeQA has 257 pages; this many keep a run of all systems within half an hour on two cores.
_PAGES = 40
_SEED = 1


class Place(NamedTuple):
    """A range of characters of an article's text."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a set states it."""

    path: str
    title: str
    text: str
    published: str = ""  # a day, as 2023-09-28

    @property
    def head(self) -> str:
        """What is above the text in the article's file."""
        day = f"Date: {self.published}\n" if self.published else ""
        return f"Title: {' '.join(self.title.split())}\n{day}\n"

    @property
    def file(self) -> str:
        """What every system is given."""
        return self.head + self.text

    def place(self, start: int, end: int) -> Place:
        """Turn a range of the file into one of the text; what lies in the head is cut off."""
        length = len(self.head)
        return Place(self.path, max(0, start - length), max(0, end - length))


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the place of its answer."""

    text: str
    relevant: tuple[Place, ...]
    facts: tuple[str, ...] = ()  # sentences that a passage must contain to be evidence (MultiHop-RAG)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A shelf and what is asked of it."""

    name: str
    about: str
    judged: Literal["article", "span"]  # what has to be found: the article, or the range
    articles: tuple[Article, ...]
    questions: tuple[Question, ...]


def read_clapnq_set(data: Path) -> QuestionSet:
    """CLAP NQ dev: 300 passages on one shelf, and for each the question it was given to annotators with."""
    asked = list(read_clapnq(data))
    articles = tuple(Article(one.path, one.title, "\n".join(one.sentences)) for one in asked)
    questions = tuple(
        Question(one.question, (Place(one.path, 0, len(article.text)),))
        for one, article in zip(asked, articles, strict=True)
    )
    return QuestionSet("clapnq", "CLAP NQ dev (IBM, Apache-2.0)", "article", articles, questions)


def read_chunking_set(data: Path) -> QuestionSet:
    """Chroma's chunking_evaluation: five long texts, and questions with the ranges that answer them."""
    folder = data / "chunking_evaluation"
    articles = {
        file.stem: Article(f"{file.stem}.txt", file.stem.replace("_", " "), file.read_bytes().decode())
        for file in sorted((folder / "corpora").glob("*.md"))
    }
    questions = list[Question]()
    with (folder / "questions_df.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            article = articles[row["corpus_id"]]
            places = list[Place]()
            for reference in json.loads(row["references"]):
                start, end = reference["start_index"], reference["end_index"]
                assert article.text[start:end] == reference["content"]
                places.append(Place(article.path, start, end))
            questions.append(Question(row["question"], tuple(places)))
    about = "Chroma's chunking_evaluation (MIT)"
    return QuestionSet("chunking", about, "span", tuple(articles.values()), tuple(questions))


def read_timeqa_set(data: Path) -> QuestionSet:
    """TimeQA, human-annotated test: a sample of its pages; questions with no answer in their page are left out."""
    pages = json.loads((data / "timeqa" / "human_annotated_test.json").read_text(encoding="utf-8"))
    pages = random.Random(_SEED).sample(pages, min(_PAGES, len(pages)))
    articles, questions = list[Article](), list[Question]()
    for number, page in enumerate(pages):
        title, *paragraphs = page["paras"]
        starts, length = [0], 0  # of each paragraph; the first is the title, where no answer is looked for
        for paragraph in paragraphs:
            starts.append(length)
            length += len(paragraph) + 2
        article = Article(f"{number:03}.txt", title, "\n\n".join(paragraphs))
        articles.append(article)
        for text, answers in page["questions"]:
            places = tuple(
                Place(article.path, starts[answer["para"]] + answer["from"], starts[answer["para"]] + answer["end"])
                for answer in answers
                if answer["answer"] and answer["para"]
            )
            said = [answer["answer"] for answer in answers if answer["answer"] and answer["para"]]
            assert [article.text[place.start : place.end] for place in places] == said
            if places:
                questions.append(Question(text, places))
    about = f"TimeQA, human-annotated test (BSD-3), {len(articles)} pages drawn with seed {_SEED}"
    return QuestionSet("timeqa", about, "span", tuple(articles), tuple(questions))


def read_multihoprag_set(data: Path) -> QuestionSet:
    """MultiHop-RAG, in part: 322 chunks of news as articles, and the records that came with six of them each.

    The six are what voyage-02 found with a filter by outlet, not what people chose: finding them
    is agreement with another retriever. Eight of the questions come with gold facts.
    """
    folder = data / "multihoprag_partial"
    articles, paths = list[Article](), dict[str, str]()
    for number, line in enumerate((folder / "chunks_seen.jsonl").read_text(encoding="utf-8").splitlines()):
        chunk = json.loads(line)
        article = Article(f"{number:03}.txt", chunk["title"], chunk["text"], chunk["published_at"][:10])
        articles.append(article)
        paths[" ".join(article.text.split())] = article.path
    lengths = {article.path: len(article.text) for article in articles}
    gold = {row["query"]: tuple(fact["fact"] for fact in row["gold_list"]) for row in _shown_retrieval(data)}
    questions = list[Question]()
    for record in json.loads((folder / "gpt4_voyage02_filtering_54.json").read_text(encoding="utf-8")):
        excerpts = re.findall(r"Excerpt:\n-----\n(.*?)\n-----", record["prompt"], re.DOTALL)
        if record["question_type"] == "null_query" or not excerpts:
            continue  # nothing answers them
        found = [paths[" ".join(excerpt.split())] for excerpt in excerpts]
        places = tuple(Place(path, 0, lengths[path]) for path in found)
        questions.append(Question(record["query"], places, gold.get(record["query"], ())))
    about = "MultiHop-RAG, the part at hand (ODC-BY); the truth is what voyage-02 found with a filter"
    return QuestionSet("multihoprag", about, "article", tuple(articles), tuple(questions))


def _shown_retrieval(data: Path) -> list[dict[str, list[dict[str, str]]]]:
    file = data / "multihoprag_partial" / "llm-embedder_retrieval_test.json"
    shown: list[dict[str, list[dict[str, str]]]] = json.loads(file.read_text(encoding="utf-8"))
    return shown


def evidence_rank(texts: list[str], facts: tuple[str, ...]) -> int | None:
    r"""Return the rank, from 1, of the first text that contains one of the facts; white space does not count.

    So MultiHop-RAG (Tang and Yang, 2024) judges what was retrieved.

    >>> evidence_rank(["Nothing.", "The ferry\nsank. All lived."], ("The ferry sank.",))
    2
    """
    wanted = ["".join(fact.split()) for fact in facts]
    for rank, text in enumerate(texts, start=1):
        folded = "".join(text.split())
        if any(fact in folded for fact in wanted):
            return rank
    return None


def check_port(data: Path) -> dict[str, float]:
    """Judge the retrieval that MultiHop-RAG shows with our port of its metric; the figures must be its own."""
    ranks = [
        evidence_rank(
            [found["text"] for found in row["retrieval_list"]], tuple(fact["fact"] for fact in row["gold_list"])
        )
        for row in _shown_retrieval(data)
    ]
    figures = paper_figures(ranks)
    assert figures == {"Hits@10": 0.75, "Hits@4": 0.625, "MRR@10": 0.5491}, figures
    return figures


def paper_figures(ranks: list[int | None]) -> dict[str, float]:
    """Return MultiHop-RAG's figures for the ranks of each question's first evidence.

    >>> paper_figures([1, None, 5, 12])
    {'Hits@10': 0.5, 'Hits@4': 0.25, 'MRR@10': 0.3}
    """
    placed = [rank for rank in ranks if rank and rank <= 10]
    return {
        "Hits@10": round(len(placed) / len(ranks), 4),
        "Hits@4": round(sum(rank <= 4 for rank in placed) / len(ranks), 4),
        "MRR@10": round(sum(1 / rank for rank in placed) / len(ranks), 4),
    }


SETS: Mapping[str, Callable[[Path], QuestionSet]] = {
    "clapnq": read_clapnq_set,
    "chunking": read_chunking_set,
    "timeqa": read_timeqa_set,
    "multihoprag": read_multihoprag_set,
}


def read_sets(data: Path, names: list[str], most: int | None) -> Iterator[QuestionSet]:
    """Read the named sets; `most` keeps so many of the questions of each, drawn with a fixed seed."""
    for name in names:
        whole = SETS[name](data)
        if most and most < len(whole.questions):
            drawn = tuple(random.Random(_SEED).sample(whole.questions, most))
            yield QuestionSet(whole.name, whole.about, whole.judged, whole.articles, drawn)
        else:
            yield whole
