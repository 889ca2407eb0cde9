"""Articles in other languages are found and quoted, and other questions about them are refused."""

from collections.abc import Iterator

import pytest

from index.vectors.embedders import Embedder
from rag.analysis.disagreements import disagreements_of
from rag.analysis.draft_check import check_draft
from rag.analysis.figure_history import figure_history
from rag.analysis.suggestions import suggest_questions
from rag.answering.pipeline import answer_question, find_passages
from rag.answering.query import make_query
from rag.llm.client import ChatModel
from rag.output.answer_json import citation_json
from rag.output.answer_text import answer_text, language_note, said_words
from tests.conftest import Newsroom, make_newsroom
from tests.support.chat_server import KEY, as_json, serve_chat

HARBOURS = {
    "en.txt": "The harbour of Tallow was closed on Monday because the crane had cracks. It costs 30 million.",
    "de.txt": "Der Hafen von Kestrin ist seit Montag gesperrt, weil im Kran Risse sind. Die Reparatur kostet "
    "zwölf Millionen Kronen, sagte die Ingenieurin Mara Lind. Die Fähren fahren über Oldau.",
    "fr.txt": "Le port de Sauvigny a été fermé lundi après la découverte de fissures dans la grue. Les travaux "
    "dureront jusqu’en juin, a annoncé la préfecture.",
    "ru.txt": "Порт Северск закрыли в понедельник: в кране нашли трещины. Ремонт обойдётся в девять миллионов крон, "
    "сообщила инженер Мара Линд. Паромы пойдут через Ольховку.",
    "ar.txt": "أغلق ميناء القصير يوم الاثنين بعد العثور على شقوق في الرافعة. وقالت المهندسة مارا ليند إن الإصلاح "
    "يكلف تسعة ملايين كرونة. وستبحر العبارات عبر سفاجا.",
    "hi.txt": "सोनपुर बंदरगाह सोमवार को बंद कर दिया गया क्योंकि क्रेन में दरारें मिलीं। मरम्मत पर नौ लाख रुपये खर्च होंगे। "
    "नौकाएँ रामपुर होकर चलेंगी।",
    "zh.txt": "青山港周一关闭，因为起重机发现裂缝。维修费用为九百万元。渡轮将绕行白河。",
    "ja.txt": "赤坂港は月曜日、クレーンに亀裂が見つかったため閉鎖された。修理費は九百万円になる。",
}


@pytest.fixture(scope="module")
def harbours(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    made = make_newsroom(tmp_path_factory.mktemp("harbours"), model)
    for name, text in HARBOURS.items():
        made.write(name, text)
    made.indexed()
    yield made
    made.library.index.release()


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Warum ist der Hafen von Kestrin gesperrt?", "Risse"),
        ("Pourquoi le port de Sauvigny est-il fermé ?", "fissures"),
        ("Почему закрыли порт Северск?", "трещины"),
        ("لماذا أغلق ميناء القصير؟", "شقوق"),
        ("सोनपुर बंदरगाह क्यों बंद किया गया?", "दरारें"),
        ("青山港为什么关闭？", "裂缝"),
        ("赤坂港の修理費はいくらですか", "九百万円"),
    ],
)
def test_a_question_is_answered_in_its_language(harbours: Newsroom, question: str, quote: str) -> None:
    answer = harbours.ask(question)
    assert answer.level == "answers"
    assert any(quote in found.quote for found in answer.quotes)
    assert len({found.article.language for found in answer.quotes}) == 1


@pytest.mark.parametrize(
    "question",
    [
        "Wer hat die Wahl in Ungarn gewonnen?",
        "Combien de médailles le Japon a-t-il gagnées ?",
        "Кто получил Нобелевскую премию мира?",
        "من فاز بكأس العالم لكرة القدم؟",
        "भारत का प्रधानमंत्री कौन है?",
        "谁赢得了世界杯足球赛？",
    ],
)
def test_a_question_about_something_else_is_refused(harbours: Newsroom, question: str) -> None:
    assert harbours.ask(question).level == "nothing"


def test_no_word_of_another_language_is_reported_as_missing(harbours: Newsroom) -> None:
    searched = harbours.ask("Wie hoch sind die Ausgaben für Kestrin und Hinterwald?").searched
    assert (searched.absent, searched.absent_names, searched.corrections) == ((), (), ())


def test_instructions_several_questions_and_days_are_read_in_english_only() -> None:
    query = make_query("Was kostet die Reparatur, und wer sagte das in der Zeit vom 1 March bis 2 March?")
    assert (query.language, query.parts, query.days, query.form) == ("de", (), None, "answer")


def test_the_words_lead_in_a_language_that_the_model_does_not_know(harbours: Newsroom) -> None:
    hits, _ = find_passages("Кто чинит кран в Северске?", library=harbours.library, k=3)
    assert hits[0][1].article.path == "ru.txt"
    assert all(hit.found_by.dense is None for hit, _ in hits)


def test_a_name_is_found_across_languages(harbours: Newsroom) -> None:
    answer = harbours.ask("Who is Mara Lind of Kestrin?")
    assert "de.txt" in {quote.article.path for quote in answer.quotes}


def test_a_quote_in_another_language_has_no_label_and_the_answer_says_so_once(harbours: Newsroom) -> None:
    answer = harbours.ask("Was kostet die Reparatur des Hafens von Kestrin?")
    (said,) = (quote for quote in answer.quotes if "sagte" in quote.quote)
    shown = citation_json(said)
    assert [shown[name] for name in ("language", "speaker", "kind", "certainty", "when")] == [
        "de",
        None,
        None,
        None,
        [],
    ]
    assert said_words(said) == ""
    assert answer_text(answer).count("Quotes in German have no labels and no checks") == 1
    assert answer_text(answer).count("The question is in German, and the built-in model knows only English.") == 1


def test_an_english_answer_says_nothing_of_languages(harbours: Newsroom) -> None:
    answer = harbours.ask("Why was the harbour of Tallow closed?")
    assert {quote.article.language for quote in answer.quotes} == {"en"}
    assert (language_note(answer), answer.searched.problem) == ("", "")


def test_what_articles_in_other_languages_say_is_not_compared(newsroom: Newsroom) -> None:
    for name, toll in (("a", "vier"), ("b", "neun")):
        newsroom.write(f"{name}.txt", f"Datum: 2026-03-02\n\nBei dem Brand in Kestrin sind {toll} Menschen gestorben.")
    newsroom.index()
    answer = newsroom.ask("Wie viele Menschen sind bei dem Brand in Kestrin gestorben?")
    assert len(answer.quotes) == 2
    assert (disagreements_of(answer), figure_history(answer)) == ((), ())


def test_a_statement_is_not_checked_against_a_quote_that_is_not_in_english(harbours: Newsroom) -> None:
    with serve_chat() as server:
        server.say = lambda _: as_json(("The harbour of Kestrin costs ninety million crowns.", ["1.1"]))
        chat = ChatModel("m", base_url=server.base_url, key=KEY, seconds=20, answer_tokens=200)
        answer = answer_question("Was kostet der Hafen von Kestrin?", library=harbours.library, chat=chat)
    assert answer.prose
    assert [statement.verdict for statement in answer.prose.statements] == ["unchecked"]


def test_a_headline_in_another_language_suggests_no_question(newsroom: Newsroom) -> None:
    newsroom.write("de.txt", "Hafen gesperrt\n\nDer Hafen von Kestrin ist seit Montag wegen der Risse gesperrt.")
    newsroom.index()
    assert suggest_questions(newsroom.library) == ()


def test_a_sentence_of_a_draft_is_found_in_its_language(harbours: Newsroom) -> None:
    draft = "Der Hafen von Kestrin ist seit Montag gesperrt, weil im Kran große Risse sind."
    with harbours.library.shelf.read() as reading:
        (checked,) = check_draft(draft, reading=reading).parts
    assert (checked.mark, checked.places[0].article.path) == ("altered", "de.txt")
