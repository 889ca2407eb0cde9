"""Write the measured figures as tables, each from a result that a script in `bench/` has saved."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.quality.__main__ import table as comparison

RESULTS = Path(__file__).parent.parent / "bench" / "results"
_SETS = {
    "clapnq": "CLAP NQ, 300 short passages",
    "chunking": "chunking_evaluation, five long texts",
    "timeqa": "TimeQA, 40 pages",
    "multihoprag": "MultiHop-RAG, 322 chunks of news",
}
_HALVES = {"tune": "used to write the rules", "check": "not used to write the rules"}


def figures_lines() -> Iterator[str]:
    """Yield the lines of the page of figures."""
    yield from ("# Figures", "")
    yield "Every table is written from a result in `bench/results/`, which also has the versions and the commit."
    yield "[Evaluation](../guides/evaluation.md) explains how to read them; `bench/README.md` lists scripts and data."
    for section in (
        _quoting,
        _languages,
        _passages,
        _realtime,
        _checks,
        _attribution,
        _disagreements,
        _drafts,
        _copies,
        _pages,
    ):
        yield ""
        yield from section()
    for section in (_small_models, _latency, _page, _indexing, _ablation):
        yield ""
        yield from section()


def _load(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text())


def _table(heads: Sequence[str], rows: Iterator[Sequence[object]] | Sequence[Sequence[object]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        yield f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in row)} |"


def _measured(script: str, result: Mapping[str, Any], about: str = "") -> Iterator[str]:
    commit = str(result["commit"]).removesuffix("-dirty")[:7]
    yield f"`python -m bench.{script}`, commit `{commit}`. {about}".rstrip()


def _quoting() -> Iterator[str]:
    result = _load("quoting")
    halves = result["halves"]
    yield from ("## How sure an answer is", "")
    yield from _measured("quoting", result, f"{result['data']}. Numbers were chosen on one half of the questions.")
    yield from _table(
        ["", *halves], ([name, *(figures[name] for figures in halves.values())] for name in next(iter(halves.values())))
    )
    yield from ("", "The search behind it, on the large shelf:")
    yield from _table(list(result["search"]), [list(result["search"].values())])
    yield from ("", "### Is the stated chance right?", "")
    yield "*Stated* is the mean chance that answers state in a range of a tenth, *right* the share of them that show a"
    yield "right sentence."
    yield from _table(
        ["", "questions", "stated", "right"],
        (
            [half, *(row[name] for name in ("questions", "stated", "right"))]
            for half, rows in result["reliability"].items()
            for row in rows
        ),
    )
    yield from ("", *_evidence())


def _languages() -> Iterator[str]:
    result = _load("languages")
    yield from ("## Other languages", "")
    yield from _measured("languages", result, "XQuAD, the same 60 paragraphs on the shelf and 60 off it in each.")
    yield "*Holds* counts the questions on the shelf whose quotes hold the answer. *Off* counts the others for which"
    yield "nothing is shown, or what is shown is not called an answer. Numbers were chosen on one half, but not for"
    yield "English."
    rows = [(language, half, row) for language, halves in result["languages"].items() for half, row in halves.items()]
    yield from _table(["", "", *rows[0][2]], [(language, half, *row.values()) for language, half, row in rows])


def _evidence() -> Iterator[str]:
    result = _load("levels")
    halves = [name for name in result["evidence"][0] if name != "coefficients"]
    yield from ("### What evidence shows that a sentence answers", "")
    yield from _measured("levels", result, "Each row adds to the one above; the last is used.")
    yield "Area under the ROC curve / share of the questions that may be called answered so that 85 % are right."
    yield from _table(
        ["evidence", *halves],
        (
            [
                ", ".join(list(row["coefficients"])[1:]),
                *(f"{row[half]['AUC']:.3f} / {row[half]['share answered']:.3f}" for half in halves),
            ]
            for row in result["evidence"]
        ),
    )


def _passages() -> Iterator[str]:
    sets = _load("quality")["sets"]
    systems = list(sets["clapnq"]["systems"])
    yield from ("## Passages found, compared with other systems", "")
    yield from _measured("quality", sets["clapnq"], "All that embed use the same MiniLM weights. MRR@10:")
    yield from _table(
        ["", *systems],
        (
            [_SETS[name], *(measured["systems"][system]["figures"]["MRR@10"]["mean"] for system in systems)]
            for name, measured in sets.items()
        ),
    )
    yield from (
        "",
        "In brackets: 95 % interval of the mean (2,000 bootstrap draws of the questions). ▼: Dateline leads by",
    )
    yield "more than chance; ▲: it trails by more than chance. *Characters read* are those of the first five passages."
    for name, measured in sets.items():
        yield from ("", f"### {_SETS[name]}", "", f"{measured['questions']} questions. Data: {measured['data']}.", "")
        yield comparison(measured["systems"])


def _realtime() -> Iterator[str]:
    result = _load("realtime")
    yield from ("## Questions about the news of a day", "")
    about = f"{result['data']}. *Dated*: articles after the day of the question are left out."
    yield from _measured("realtime", result, f"{about} The even questions were used to choose the preference.")
    heads = [f"{unit}, {name}" for unit in ("passage", "article") for name in ("MRR", "hits@1", "hits@10")]
    yield from _table(
        ["", "", *heads],
        (
            [half, search, *(value for unit in ("passage", "article") for value in figures[unit].values())]
            for half, searches in result["figures"].items()
            for search, figures in searches.items()
        ),
    )


def _checks() -> Iterator[str]:
    result = _load("checks")
    yield from ("## Checks of a model's statements", "")
    yield from _measured("checks", result, f"{result['data']}.")
    rows = {
        name: {key: _interval(value) if isinstance(value, list) else value for key, value in row.items()}
        for name, row in result["sets"].items()
    }
    yield from _plain_table("set and half", rows)
    for name in ("FaithBench", "SummEdits", "WiCE"):
        yield from ("", f"The curve, {name}, all sources. Chosen: {result['chosen']['point']}.")
        yield from _plain_table("doubted at most unread", result["curve"][f"{name}, all"])
        yield from ("", f"By check, {name}, all sources:")
        yield from _plain_table("check", result["checks"][name])
    yield from ("", "Whole summaries of FaithBench, doubted by these checks and by models:")
    yield from _plain_table("judge", result["summaries"])
    yield from ("", "Statements that no quote says, share doubted:")
    yield from _plain_table("", {"doubted": result["invented"]})


def _plain_table(head: str, rows: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    yield from _table([head, *names], ([name, *(row.get(one, "") for one in names)] for name, row in rows.items()))


def _interval(ends: Sequence[object]) -> str:
    return f"{ends[0]} to {ends[1]}"


def _attribution() -> Iterator[str]:
    result = _load("speakers")
    yield from ("## Attribution and certainty", "")
    yield from _measured("speakers", result, f"{result['data']}.")
    yield from _table(
        ["articles", "label", "sentences", "there", "read", "right", "precision", "recall"],
        (
            [
                _HALVES[half],
                "certainty" if label == "firmness" else label,
                measured["sentences"],
                *(figures[key] for key in ("there", "read", "right", "precision", "recall")),
            ]
            for half, measured in result["halves"].items()
            for label, figures in measured["figures"].items()
            if ":" not in label
        ),
    )
    marked = _load("attribution")
    yield from ("", "Articles whose attributions other people marked:", "")
    yield from _measured("attribution", marked, f"{marked['data']}.")
    yield from _table(["figure", "value"], ([name, value] for name, value in marked["figures"].items()))


def _disagreements() -> Iterator[str]:
    result = _load("disagreements")
    yield from ("## Disagreements", "")
    yield from _measured("disagreements", result, "Two halves: used to write the rules, and held out.")
    for name in ("poisonedrag", "summedits", "multihoprag"):
        halves = result[name]
        rows = list(halves["tune"])
        yield from _table([name, *halves], ([row, *(halves[half][row] for half in halves)] for row in rows))


def _drafts() -> Iterator[str]:
    result = _load("drafts")
    rows = result["marks"]["all"]
    names = list(dict.fromkeys(name for row in rows for name in row))
    yield from ("## Drafts", "")
    yield from _measured("drafts", result, f"{result['data']}.")
    yield from _table(names, ([row.get(name, "") for name in names] for row in rows))
    yield from _table(["time", "milliseconds a sentence"], result["milliseconds a sentence"].items())


def _pages() -> Iterator[str]:
    result = _load("pages")
    yield from ("## Web pages", "")
    about = (
        f"{result['pages']} saved pages, {result['undated pages']} of them without a day. "
        "The rules were written with these pages at hand."
    )
    yield from _measured("pages", result, about)
    figures = result["figures"]
    names = list(next(iter(figures.values())))
    yield from _table(["", *figures], ([name, *(row[name] for row in figures.values())] for name in names))


def _copies() -> Iterator[str]:
    result = _load("copies")
    found = result["figures"]["found"]
    pairs, linked = (
        result["figures"][name] for name in ("pairs of different articles", "different articles that are linked")
    )
    yield from ("## Copies of an article", "")
    yield from _measured("copies", result, f"{result['data']}.")
    yield f"Of {pairs:,} pairs of different articles, {linked} is linked by mistake."
    yield from _table(["copy", "share recognised"], found.items())


def _small_models() -> Iterator[str]:
    yield from ("## Small language models", "")
    results = _load("prose")
    yield from _measured("prose", next(iter(results.values())), f"{next(iter(results.values()))['data']}.")
    columns = {f"{name}, {form}": figures for name, one in results.items() for form, figures in one["figures"].items()}
    names = list(next(iter(columns.values())))
    yield from _table(["", *columns], ([name, *(one[name] for one in columns.values())] for name in names))


def _latency() -> Iterator[str]:
    result = _load("latency")
    yield from ("## Speed of a question", "")
    yield from _measured("latency", result, "Milliseconds, two processors.")
    yield from _table(list(result["rows"][0]), (list(row.values()) for row in result["rows"]))


def _page() -> Iterator[str]:
    result = _load("page")
    seconds = result["seconds"]
    questions, paint = seconds["questions"], seconds["first paint"]
    yield from ("## Speed of the page", "")
    yield from _measured("page", result, "Chromium and the server share two processors. Seconds:")
    measured = {
        "first visit of a fresh server: something is painted": paint["dateline"]["painted"],
        "first visit of a fresh server: a question can be asked": paint["dateline"]["usable"],
        "a plain Streamlit page: a question can be asked": paint["streamlit"]["usable"],
        "a run of the page's script, 200 messages in the chat": seconds["script"]["200 messages"]["seconds"],
        "first quote, one reader": questions["one reader"],
        "first quote, ten readers at once": questions["ten readers, each question for the first time"],
    }
    yield from _table(["", "median", "worst"], ([name, one["median"], one["worst"]] for name, one in measured.items()))


def _indexing() -> Iterator[str]:
    result = _load("indexing")
    runs = result["runs, seconds"]
    yield from ("## Speed of indexing", "")
    yield from _measured("indexing", result, "Compared with Chroma's own embedding function on the same weights.")
    names = {"ours": "Dateline", "plain": "Chroma's embedding function"}
    yield from _table(
        ["", "passages a second", "hits@10", "peak memory, MiB"],
        (
            [
                name,
                result["speed"][way]["passages a second"],
                result["found"][way]["hits@10"],
                result["peak memory, MiB"][way],
            ]
            for way, name in names.items()
        ),
    )
    yield ""
    yield f"{runs['articles']:,} articles were indexed in {runs['first run']} seconds; a run that finds them unchanged"
    yield f"takes {runs['unchanged']}."


def _ablation() -> Iterator[str]:
    sets = _load("ablation")
    figures = ("hits@1", "MRR@10", "hits in 4,000 characters")
    yield from ("## Which ideas of the search improve it", "")
    yield from _measured("quality.ablation", sets["clapnq"], "*Hits in 4,000 characters*: among the first 4,000 read.")
    for name, title in _SETS.items():
        yield from ("", f"{title}:")
        yield from _table(
            ["design", *figures],
            ([design, *(row[one] for one in figures)] for design, row in sets[name]["designs"].items()),
        )
