"""Chat completions: OpenAI's own client uses the shelf as a model, and every citation resolves."""

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.conftest import FENTANYL, FICTION, OTTAWA, SEED, Newsroom
from tests.support.api_server import ApiServer, serve_api
from tests.support.chat_server import ChatServer, as_json, serve_chat

SAID = "It was agreed on fentanyl precursors by 900 people."


@pytest.fixture(scope="module")
def api(archive: Newsroom) -> Iterator[ApiServer]:
    with serve_api(archive.library) as server:
        yield server


@pytest.fixture
def endpoint() -> Iterator[ChatServer]:
    with serve_chat() as made:
        made.say = lambda _messages: as_json((SAID, ["1.1"]), ("No one came.", []), ("They agreed.", ["1.2", "1.1"]))
        yield made


@pytest.fixture
def prose(newsroom: Newsroom, endpoint: ChatServer) -> Iterator[ApiServer]:
    """The API of a newsroom that has a language model."""
    shutil.copytree(FICTION, newsroom.seeds, dirs_exist_ok=True)
    shutil.copy(SEED, newsroom.seeds)
    newsroom.index()
    given = {"chat_model": "scripted", "chat_base_url": endpoint.base_url}
    object.__setattr__(newsroom.library, "settings", newsroom.library.settings.model_copy(update=given))
    with serve_api(newsroom.library) as server:
        yield server


def ask(api: ApiServer, *messages: Any, model: str = "dateline", token: str = "", **more: Any) -> Any:
    """Send a chat, and return the response of the client; texts are messages of the user."""
    client = openai.OpenAI(base_url=f"{api.address}/v1", api_key=token or api.reading, max_retries=0)
    chat: Any = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    with client:
        response = client.chat.completions.create(model=model, messages=chat, **more)
        return list(response) if more.get("stream") else response


def check(api: ApiServer, completion: Any) -> None:
    """Check that each quote resolves, and that each annotation is at its number."""
    message = completion.choices[0].message
    assert [one["url"] for one in completion.quotes] == completion.citations
    with api.client() as client:
        for number, quote in enumerate(completion.quotes, start=1):
            citation = quote["citation"]
            text = client.get(f"/api/v1/articles/{citation['path']}").json()["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]
            assert (quote["number"], quote["url"]) == (number, f"{api.address}/{citation['link']}")
            assert f"[{number}] “" in message.content
            assert quote["url"] in message.content
    assert {one.url_citation.url for one in message.annotations} == set(completion.citations)
    for annotation in message.annotations:
        place = annotation.url_citation
        marker = message.content[place.start_index : place.end_index]
        assert completion.citations[int(marker.strip("[]")) - 1] == place.url


def test_the_client_lists_the_models(api: ApiServer) -> None:
    with openai.OpenAI(base_url=f"{api.address}/v1", api_key=api.reading) as client:
        assert [model.id for model in client.models.list()] == ["dateline", "dateline-quotes"]
        assert client.models.retrieve("dateline").id == "dateline"
        with pytest.raises(openai.NotFoundError, match="There is no model of that name"):
            client.models.retrieve("gpt-5")


@pytest.mark.parametrize("question", [FENTANYL, OTTAWA, "How many articles are there?", "And why?"])
def test_an_answer_in_quotes_is_the_same_at_once_and_streamed(api: ApiServer, question: str) -> None:
    whole = ask(api, question)
    check(api, whole)
    chunks = ask(api, question, stream=True, stream_options={"include_usage": True})
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    *_, last, usage = chunks
    assert last.choices[0].finish_reason == "stop"
    assert last.quotes == whole.quotes
    assert usage.usage.total_tokens == 0


def test_a_question_without_an_answer_says_so(api: ApiServer) -> None:
    said = ask(api, OTTAWA).choices[0].message.content
    assert "Searched 7 articles" in said


@pytest.mark.slow
def test_prose_names_its_quotes_and_is_the_same_streamed(prose: ApiServer, endpoint: ChatServer) -> None:
    whole = ask(prose, FENTANYL)
    check(prose, whole)
    content = whole.choices[0].message.content
    assert content.startswith(f"{SAID} [1] (unclear: ")
    assert "No one came. (uncited: No source cited.)" in content
    assert "They agreed. [2] [1]" in content
    assert set(_quotes(ask(prose, FENTANYL, model="dateline-quotes"))) <= set(_quotes(whole))
    assert whole.usage.total_tokens == 1290
    endpoint.pause = 0.02
    chunks = ask(prose, FENTANYL, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == content
    (annotations,) = [chunk.choices[0].delta.annotations for chunk in chunks if chunk.choices[0].finish_reason]
    assert annotations == [one.model_dump() for one in whole.choices[0].message.annotations]
    asked = len(endpoint.requests)
    quotes = ask(prose, FENTANYL, model="dateline-quotes")
    assert SAID not in quotes.choices[0].message.content
    assert len(endpoint.requests) == asked


@pytest.mark.slow
def test_a_statement_is_sent_when_its_quotes_are_known(prose: ApiServer, endpoint: ChatServer) -> None:
    said = [{"text": f"{SAID} They agreed. It was signed.", "sentences": ["1.1"]}] * 2
    endpoint.say = lambda _messages: json.dumps({"statements": said})
    endpoint.pause = 0.05
    text = "".join(chunk.choices[0].delta.content or "" for chunk in ask(prose, FENTANYL, stream=True))
    assert text == ask(prose, FENTANYL).choices[0].message.content
    assert text.count("They agreed. [1]") == 2
    assert "No source cited" not in text


def _quotes(completion: Any) -> list[str]:
    return [one["citation"]["quote"] for one in completion.quotes]


@pytest.mark.slow
def test_quotes_that_the_prose_does_not_cite_follow_it(prose: ApiServer, endpoint: ChatServer) -> None:
    endpoint.say = lambda _messages: as_json(("No one came.", []))
    whole = ask(prose, FENTANYL)
    check(prose, whole)
    assert _quotes(whole) == _quotes(ask(prose, FENTANYL, model="dateline-quotes"))
    assert "Found without the model:\n\n[1] “" in whole.choices[0].message.content


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["server error", "cut stream"])
def test_a_model_that_fails_leaves_the_quotes(prose: ApiServer, endpoint: ChatServer, fault: str) -> None:
    quotes = ask(prose, FENTANYL, model="dateline-quotes")
    endpoint.fault = fault
    whole = ask(prose, FENTANYL)
    text = "".join(one.choices[0].delta.content or "" for one in ask(prose, FENTANYL, stream=True))
    for said in (whole.choices[0].message.content, text):
        assert re.search("internal error|broke off", said)
    if fault == "server error":
        assert whole.quotes == quotes.quotes


def test_a_follow_up_is_completed_by_the_chat(api: ApiServer) -> None:
    first = ask(api, FENTANYL).choices[0].message
    chat = [FENTANYL, {"role": "assistant", "content": first.content}, "And when?"]
    followed, alone = ask(api, *chat), ask(api, "And when?")
    with api.client() as client:
        body = {"question": "And when?", "after": [FENTANYL]}
        same = client.post("/api/v1/ask", json=body).json()
    assert [one["citation"] for one in followed.quotes] == same["quotes"]
    assert followed.quotes != alone.quotes


def test_parts_of_a_message_and_other_roles_and_settings_are_understood(api: ApiServer) -> None:
    plain = ask(api, FENTANYL)
    system = {"role": "system", "content": "Answer in rhymes."}
    parts = {"role": "user", "content": [{"type": "text", "text": FENTANYL}]}
    other = ask(api, system, parts, temperature=0.3, max_tokens=5, user="me")
    assert other.quotes == plain.quotes


@pytest.mark.parametrize("earlier", ["x" * 16_001, "a\0b", "?", "..."], ids=["long", "nul", "?", "dots"])
def test_an_earlier_message_that_is_no_question_is_left_out(api: ApiServer, earlier: str) -> None:
    assert ask(api, earlier, FENTANYL).quotes == ask(api, FENTANYL).quotes
    with pytest.raises(openai.BadRequestError, match="in `messages` has 16,001 characters"):
        ask(api, "x" * 16_001)


def test_what_is_not_given_may_be_null(api: ApiServer) -> None:
    given = ask(api, FENTANYL, extra_body={"stream": None, "stream_options": None})
    assert given.quotes == ask(api, FENTANYL).quotes


def test_what_is_wrong_reaches_the_client(api: ApiServer) -> None:
    with pytest.raises(openai.AuthenticationError, match="This needs a token"):
        ask(api, FENTANYL, token="wrong")
    with pytest.raises(openai.NotFoundError, match="There is no model of that name") as unknown:
        ask(api, FENTANYL, model="gpt-5")
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="No message has a question"):
        ask(api, {"role": "system", "content": "x"})
    with pytest.raises(openai.BadRequestError, match="No message has a question"):
        ask(api, " ", stream=True)


def test_markup_of_an_article_is_escaped(newsroom: Newsroom) -> None:
    said = "The gale took the mast [x](http://evil.example/p), the <img src=http://evil.example> and the *sail*."
    newsroom.write("a.txt", f"Gale\n\n{said}")
    newsroom.index()
    with serve_api(newsroom.library) as api:
        answer = ask(api, "What did the gale take?")
        check(api, answer)
    shown = answer.choices[0].message.content
    assert "mast \\[x\\](http://evil.example/p), the \\<img src=http://evil.example\\> and the \\*sail\\*." in shown
    assert answer.quotes[0]["citation"]["quote"] == said
