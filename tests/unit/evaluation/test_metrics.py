"""Metrics: laws for every ranking, and the same figures as trec_eval."""

from collections.abc import Callable
from statistics import mean

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from index.text.spans import Span
from rag.evaluation.metrics import (
    SetScores,
    SpanScores,
    bootstrap_interval,
    hits_at,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    set_scores,
    span_scores,
)

IDS = st.sampled_from("abcdefghijklmnopqrst")
RANKINGS = st.lists(IDS, unique=True)
RELEVANT = st.sets(IDS, min_size=1)
GAINS = st.dictionaries(IDS, st.integers(0, 4)).filter(lambda gains: any(gains.values()))
CUTS = st.integers(1, 25)
TEXT = "The mine has closed.\n\nNobody was hurt. The owner said so on Monday."
SPANS = st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(lambda ends: Span(*sorted(ends))))
WANTED = SPANS.filter(lambda spans: any(span.cut(TEXT).strip() for span in spans))


def trec_eval(measure: str, ranking: list[str], gains: dict[str, int]) -> float:
    """Measure one ranking with trec_eval, as pytrec_eval wraps it."""
    scores = {id_: float(-place) for place, id_ in enumerate(ranking)}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": gains}, {measure})
    (value,) = evaluator.evaluate({"q": scores})["q"].values()
    return float(value)


@pytest.mark.slow
@given(RANKINGS.filter(bool), GAINS, CUTS)
def test_trec_eval_gives_the_same_figures(ranking: list[str], gains: dict[str, int], k: int) -> None:
    relevant = {id_ for id_, gain in gains.items() if gain}
    assert hits_at(k, ranking, relevant) == trec_eval(f"success.{k}", ranking, gains)
    assert recall_at(k, ranking, relevant) == pytest.approx(trec_eval(f"recall.{k}", ranking, gains))
    assert reciprocal_rank(ranking, relevant) == pytest.approx(trec_eval("recip_rank", ranking, gains))
    assert reciprocal_rank(ranking, relevant, k) == pytest.approx(trec_eval("recip_rank", ranking[:k], gains))
    assert ndcg_at(k, ranking, gains) == pytest.approx(trec_eval(f"ndcg_cut.{k}", ranking, gains))


@given(RANKINGS.filter(bool), RELEVANT)
def test_trec_eval_gives_the_same_precision_recall_and_f1_of_a_set(ranking: list[str], relevant: set[str]) -> None:
    gains = dict.fromkeys(relevant, 1)
    ours = set_scores(ranking, relevant)
    for measure, value in (("set_P", ours.precision), ("set_recall", ours.recall), ("set_F", ours.f1)):
        assert value == pytest.approx(trec_eval(measure, ranking, gains))


@given(RANKINGS, RELEVANT, CUTS)
def test_looking_further_down_never_finds_less(ranking: list[str], relevant: set[str], k: int) -> None:
    assert hits_at(k, ranking, relevant) <= hits_at(k + 1, ranking, relevant)
    assert recall_at(k, ranking, relevant) <= recall_at(k + 1, ranking, relevant)
    assert reciprocal_rank(ranking, relevant, k) <= reciprocal_rank(ranking, relevant, k + 1)
    assert reciprocal_rank(ranking, relevant, k) <= reciprocal_rank(ranking, relevant)


@given(RANKINGS, RELEVANT, CUTS)
def test_hits_recall_and_rank_agree_on_whether_anything_was_found(
    ranking: list[str], relevant: set[str], k: int
) -> None:
    found = hits_at(k, ranking, relevant) == 1
    assert found == (recall_at(k, ranking, relevant) > 0)
    assert found == (reciprocal_rank(ranking, relevant, k) >= 1 / k)


@given(RANKINGS, GAINS, CUTS)
def test_ndcg_is_1_for_the_best_order_and_less_for_none(ranking: list[str], gains: dict[str, int], k: int) -> None:
    assert 0 <= ndcg_at(k, ranking, gains) <= 1 + 1e-12
    best = sorted(gains, key=lambda id_: -gains[id_])
    assert ndcg_at(k, best, gains) == pytest.approx(1)


@given(RANKINGS.filter(lambda ranking: len(ranking) > 1), GAINS, st.data())
def test_ndcg_does_not_fall_when_the_better_of_two_neighbours_comes_first(
    ranking: list[str], gains: dict[str, int], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(ranking) - 2))
    pair = sorted(ranking[place : place + 2], key=lambda id_: -gains.get(id_, 0))
    improved = [*ranking[:place], *pair, *ranking[place + 2 :]]
    assert ndcg_at(20, improved, gains) >= ndcg_at(20, ranking, gains) - 1e-12


def test_a_gain_below_0_is_worth_nothing_as_in_trec_eval() -> None:
    assert ndcg_at(5, ["b", "a"], {"a": 2, "b": -1}) == pytest.approx(
        trec_eval("ndcg_cut.5", ["b", "a"], {"a": 2, "b": -1}), abs=1e-6
    )


@given(WANTED, WANTED)
def test_recall_one_way_is_precision_the_other_way(one: list[Span], other: list[Span]) -> None:
    there, back = span_scores(one, other, TEXT), span_scores(other, one, TEXT)
    assert (there.recall, there.precision, there.iou) == (back.precision, back.recall, back.iou)
    assert 0 <= there.iou <= min(there.recall, there.precision) <= 1


@pytest.mark.slow
@given(WANTED, SPANS, st.data())
def test_how_the_spans_are_cut_does_not_matter(wanted: list[Span], found: list[Span], data: st.DataObject) -> None:
    cut = [piece for span in found for piece in _halves(span, data.draw(st.integers(0, len(span))))]
    assert span_scores(found, wanted, TEXT) == span_scores(cut + found[:1], wanted, TEXT)


@pytest.mark.slow
@given(WANTED)
def test_a_span_is_wholly_found_by_itself_and_by_the_whole_text(wanted: list[Span]) -> None:
    assert span_scores(wanted, wanted, TEXT) == SpanScores(1, 1, 1)
    whole = span_scores([Span(0, len(TEXT))], wanted, TEXT)
    assert (whole.recall, whole.precision) == (1, whole.iou)


def test_white_space_between_sentences_is_not_counted() -> None:
    sentences = [Span(0, 20), Span(22, 38)]
    assert (sentences[0].cut(TEXT), sentences[1].cut(TEXT)) == ("The mine has closed.", "Nobody was hurt.")
    assert span_scores(sentences, [Span(0, 38)], TEXT) == SpanScores(1, 1, 1)


def test_a_span_that_reaches_past_the_text_is_not_measured() -> None:
    with pytest.raises(ValueError, match="reaches past"):
        span_scores([Span(0, len(TEXT) + 1)], [Span(0, 4)], TEXT)


def test_nothing_found_scores_0() -> None:
    assert span_scores([], [Span(0, 4)], TEXT) == SpanScores(0, 0, 0)
    assert set_scores((), {"a"}) == SetScores(0, 0, 0)
    assert ndcg_at(3, [], {"a": 1}) == recall_at(3, [], {"a"}) == reciprocal_rank([], {"a"}) == hits_at(3, [], "a") == 0


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        (lambda: recall_at(1, ["a"], set()), "Nothing is relevant"),
        (lambda: ndcg_at(1, ["a"], {"a": 0}), "No gain is above 0"),
        (lambda: set_scores({"a"}, set()), "Nothing is wanted"),
        (lambda: span_scores([Span(0, 3)], [Span(20, 22)], TEXT), "No character is wanted"),
        (lambda: bootstrap_interval([]), "There is no value"),
        (lambda: hits_at(0, ["a"], {"a"}), "k is 0"),
        (lambda: ndcg_at(2, ["a", "a"], {"a": 1}), "names an id twice"),
        (lambda: reciprocal_rank(["b", "b"], {"a"}), "names an id twice"),
    ],
)
def test_a_figure_that_cannot_be_computed_raises_and_is_not_0(measure: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        measure()


VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.slow
@given(VALUES)
def test_an_interval_is_within_the_values_and_repeatable(values: list[float]) -> None:
    low, high = bootstrap_interval(values, rounds=100)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert bootstrap_interval(values, rounds=100) == (low, high)
    narrow_low, narrow_high = bootstrap_interval(values, level=0.5, rounds=100)
    assert low <= narrow_low <= narrow_high <= high


@pytest.mark.slow
@given(VALUES, st.floats(-5, 5))
def test_an_interval_moves_with_its_values(values: list[float], by: float) -> None:
    moved = bootstrap_interval([value + by for value in values], rounds=50)
    assert moved == pytest.approx([end + by for end in bootstrap_interval(values, rounds=50)])


def test_four_times_the_questions_halve_the_interval() -> None:
    widths = [high - low for low, high in (bootstrap_interval([0, 1] * half) for half in (50, 200))]
    assert widths[1] == pytest.approx(widths[0] / 2, rel=0.1)


@pytest.mark.slow
def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(7)
    drawn = [generator.random(40).round(3).tolist() for _ in range(200)]
    held = [low <= 0.5 <= high for low, high in (bootstrap_interval(values, rounds=300) for values in drawn)]
    assert mean(held) == pytest.approx(0.95, abs=0.05)


def _halves(span: Span, at: int) -> list[Span]:
    return [Span(span.start, span.start + at), Span(span.start + at, span.end)]
