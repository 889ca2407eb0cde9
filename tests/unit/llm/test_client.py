"""The chat client, with an endpoint that works, or fails in every way we know."""

import threading
import time
from collections.abc import Iterator

import pytest

from index.core.errors import BadSettings, ChatFailed, MissingKey
from index.core.settings import Settings, load_settings
from index.text.tokens import count_tokens
from rag.llm.client import ChatModel, Stopped, Usage, build_chats
from rag.llm.messages import Message
from tests.support.chat_server import FAULTS, KEY, NO_SYSTEM_ROLE, ChatServer, serve_chat

ASKED: list[Message] = [{"role": "user", "content": "What was agreed? The key is in the drawer."}]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serve_chat() as running:
        yield running


def chat_of(server: ChatServer, *, seconds: float = 10, key: str = KEY) -> ChatModel:
    return ChatModel("scripted", base_url=server.base_url, key=key, seconds=seconds, answer_tokens=100, price=(1, 10))


def read(chat: ChatModel, **wishes: object) -> tuple[str, Usage | None]:
    pieces = list(chat.stream(ASKED, **wishes))  # type: ignore[arg-type]
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return text, next((piece for piece in pieces if isinstance(piece, Usage)), None)


@pytest.mark.slow
def test_an_answer_comes_in_pieces_followed_by_its_usage(server: ChatServer) -> None:
    pieces = list(chat_of(server).stream(ASKED))
    assert sum(isinstance(piece, str) and bool(piece) for piece in pieces) > 3
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == "Both sides agreed on it [1.1]."
    assert pieces[-1] == Usage(1234, 56, counted_here=False, dollars=(1234 * 1 + 56 * 10) / 1_000_000)
    assert server.keys == [f"Bearer {KEY}"]
    assert server.requests[0]["model"] == "scripted"
    assert server.requests[0]["messages"] == ASKED
    assert server.requests[0]["max_tokens"] == 100


# Thoughts are text to the client; `read_answer` leaves them out.
@pytest.mark.slow
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "thoughts alone"])
def test_every_fault_has_its_message_within_the_deadline_and_never_the_key(server: ChatServer, fault: str) -> None:
    server.fault = fault
    # The other faults end without a deadline, even on a busy machine.
    seconds = 2 if fault.startswith("hang") else 60
    started = time.monotonic()
    with pytest.raises(ChatFailed) as caught:
        read(chat_of(server, seconds=seconds))
    assert time.monotonic() - started < seconds + 10
    said = str(caught.value)
    assert said.startswith(f"The language model (scripted at {server.base_url}) ")
    assert FAULTS[fault] in said
    assert KEY not in said
    assert "drawer" not in said
    assert caught.value.__cause__ is None


def test_an_unexpected_error_is_logged_with_its_traceback(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("unexpected")

    chat = chat_of(server)
    monkeypatch.setattr(chat, "open", fail)
    with pytest.raises(ChatFailed, match=r"could not be read \(RuntimeError\)\. Ask again; dateline\.log"):
        read(chat)
    assert any(record.exc_info and record.exc_info[0] is RuntimeError for record in caplog.records)


@pytest.mark.parametrize("fault", ["wrong key", "prompt too long", "no JSON in the stream"])
def test_a_fault_is_logged_without_the_question_or_the_key(
    server: ChatServer, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    server.fault = fault
    with pytest.raises(ChatFailed):
        read(chat_of(server))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("rag.")]
    assert any(FAULTS[fault].partition(".")[0] in line for line in ours)
    assert not any("drawer" in line or KEY in line for line in ours)


def test_a_refused_connection_has_its_message() -> None:
    with pytest.raises(ChatFailed, match=r"cannot be reached\. Check that it is running"):
        read(ChatModel("m", base_url="http://127.0.0.1:9/v1", key="", seconds=5, answer_tokens=100))


@pytest.mark.parametrize("fault", ["rate limit once", "server error once"])
def test_a_request_is_repeated_once_after_a_passing_fault(server: ChatServer, fault: str) -> None:
    server.fault = fault
    assert read(chat_of(server))[0] == "Both sides agreed on it [1.1]."
    assert len(server.requests) == 2


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["cut stream", "no finish reason", "error in the stream", "wrong key", "redirect"])
def test_a_request_is_not_repeated_after_text_or_if_it_cannot_help(server: ChatServer, fault: str) -> None:
    server.fault = fault
    with pytest.raises(ChatFailed):
        read(chat_of(server))
    assert len(server.requests) == 1


def test_a_lasting_server_error_is_tried_twice_only(server: ChatServer) -> None:
    server.fault = "server error"
    with pytest.raises(ChatFailed):
        read(chat_of(server))
    assert len(server.requests) == 2


def test_options_that_an_endpoint_refuses_are_dropped_one_by_one(server: ChatServer) -> None:
    server.fault = "wishes refused"
    chat = chat_of(server)
    for _ in range(2):
        assert read(chat, schema={"type": "object"})[0] == "Both sides agreed on it [1.1]."
    first, second, *others = [set(asked) - {"messages", "model", "stream"} for asked in server.requests]
    assert first - second == {"response_format"}
    assert others == [{"max_tokens", "stream_options"}] * 2


CHAT: list[Message] = [
    {"role": "system", "content": "Answer in one word."},
    {"role": "user", "content": "Who signed?"},
    {"role": "assistant", "content": "Both."},
    {"role": "user", "content": "When?"},
]


@pytest.mark.parametrize("fault", NO_SYSTEM_ROLE)
def test_without_a_system_role_the_rules_come_before_the_first_question(server: ChatServer, fault: str) -> None:
    server.fault = fault
    assert "".join(filter(None, map(_text, chat_of(server).stream(CHAT)))) == "Both sides agreed on it [1.1]."
    first, *others = server.requests
    assert first["messages"] == CHAT
    assert others[-1]["messages"] == [{"role": "user", "content": "Answer in one word.\n\nWho signed?"}, *CHAT[2:]]
    told = fault != "no system role, without a reason"
    assert len(server.requests) == (2 if told else 5), "an endpoint that says what is wrong is asked once more"
    if told:
        assert set(others[-1]) == set(first), "no option is given up for it"
    # Another client of the same model knows it.
    server.requests.clear()
    list(chat_of(server).stream(CHAT))
    assert [asked["messages"][0]["role"] for asked in server.requests] == ["user"]


def test_what_one_model_refuses_is_still_sent_to_another(server: ChatServer) -> None:
    server.fault = "no system role"
    list(chat_of(server).stream(CHAT))
    server.fault = ""
    server.requests.clear()
    other = ChatModel("other", base_url=server.base_url, key=KEY, seconds=10, answer_tokens=100)
    list(other.stream(CHAT))
    assert [asked["messages"] for asked in server.requests] == [CHAT]


@pytest.mark.parametrize("fault", ["no system role", "template error in the stream"])
def test_an_endpoint_that_refuses_every_role_is_not_asked_again_and_again(server: ChatServer, fault: str) -> None:
    server.fault = fault
    stubborn: list[Message] = [{"role": "system", "content": "Be brief."}]
    with pytest.raises(ChatFailed):
        list(chat_of(server).stream(stubborn))
    assert len(server.requests) <= 5


@pytest.mark.parametrize("fault", ["in parts", "not streaming, in parts"])
def test_content_in_parts_is_read_without_the_thoughts(server: ChatServer, fault: str) -> None:
    server.fault = fault
    assert read(chat_of(server))[0] == "Both sides agreed on it [1.1]."


def _text(piece: str | Usage) -> str:
    return piece if isinstance(piece, str) else ""


def test_an_endpoint_that_does_not_stream_is_read_too(server: ChatServer) -> None:
    server.fault = "not streaming"
    assert read(chat_of(server)) == ("Both sides agreed on it [1.1].", Usage(7, 5, False, 57 / 1_000_000))


def test_a_schema_is_sent_as_the_form_of_the_answer(server: ChatServer) -> None:
    read(chat_of(server), schema={"type": "object"})
    shape = server.requests[0]["response_format"]
    assert shape == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": {"type": "object"}},
    }


def test_a_stop_takes_effect_at_once_and_closes_the_connection(server: ChatServer) -> None:
    server.say, server.pause = lambda _: "word " * 2000, 0.01
    stop = threading.Event()
    stream = chat_of(server).stream(ASKED, stop=stop)
    while not next(stream):
        pass
    stop.set()
    stopped = time.monotonic()
    with pytest.raises(Stopped):
        list(stream)
    assert time.monotonic() - stopped < 1
    assert server.hung_up.wait(10), "the connection is closed, so that the model need not go on"


def test_a_stop_takes_effect_while_nothing_comes(server: ChatServer) -> None:
    server.fault = "hang before the answer"
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        list(chat_of(server, seconds=30).stream(ASKED, stop=stop))
    assert time.monotonic() - started < 2


def test_thoughts_in_a_separate_field_are_not_text(server: ChatServer) -> None:
    server.fault = "thoughts apart"
    assert read(chat_of(server))[0] == "Both sides agreed on it [1.1]."


def test_odd_chunks_between_the_words_are_ignored(server: ChatServer) -> None:
    server.fault = "odd chunks"
    text, usage = read(chat_of(server))
    assert text == "Both sides agreed on it [1.1]."
    assert usage is not None
    assert usage.counted_here


@pytest.mark.parametrize(
    "usage",
    [None, "3", [], {"prompt_tokens": "3", "completion_tokens": 4}, {"prompt_tokens": -3, "completion_tokens": 4},
     {"prompt_tokens": 10**30, "completion_tokens": 4}, {"prompt_tokens": 1.5, "completion_tokens": True}],
)  # fmt: skip
def test_an_odd_count_of_tokens_is_counted_here(server: ChatServer, usage: object) -> None:
    server.usage = usage
    text, took = read(chat_of(server))
    assert text == "Both sides agreed on it [1.1]."
    assert took is not None
    assert (took.counted_here, took.tokens_out) == (True, count_tokens(text))


def test_a_stop_before_the_question_sends_nothing(server: ChatServer) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        read(chat_of(server), stop=stop)
    assert server.requests == []


@pytest.mark.slow
def test_a_deadline_and_a_stop_hang_up_on_an_endpoint_that_is_silent(server: ChatServer) -> None:
    server.fault = "hang before the answer"
    with pytest.raises(ChatFailed, match="did not finish within 1 seconds"):
        read(chat_of(server, seconds=1))
    deadline = time.monotonic() + 5
    while any(thread.name == "chat" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(thread.name == "chat" for thread in threading.enumerate()), "nothing goes on reading"


def test_a_local_model_is_not_asked_through_a_proxy(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read(chat_of(server))[0] == "Both sides agreed on it [1.1]."


def test_the_settings_choose_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_chats(Settings()) == ()
    settings = Settings(chat_model="large, small", chat_base_url="http://x/v1", chat_prices="small=0.25/2")
    assert [chat.name for chat in build_chats(settings)] == ["large", "small"]
    monkeypatch.setenv("DATELINE_CHAT_PRICES", "cheap")
    with pytest.raises(BadSettings, match=r"DATELINE_CHAT_PRICES: .*expected prices such as"):
        load_settings()


@pytest.mark.parametrize("own", ["", "sk-for-chat"])
def test_the_chat_key_is_sent_instead_of_the_common_one(server: ChatServer, own: str) -> None:
    settings = Settings(
        chat_model="m",
        chat_base_url=server.base_url,
        chat_api_key=own,
        openai_api_key=KEY,
        embedding_api_key="sk-for-embedding",
    )
    (chat,) = build_chats(settings)
    read(chat)
    assert server.keys == [f"Bearer {own or KEY}"]


def test_without_a_key_openai_is_not_asked() -> None:
    (chat,) = build_chats(Settings(chat_model="m"))
    with pytest.raises(MissingKey, match="unset DATELINE_CHAT_MODEL to answer with quotes only"):
        read(chat)


def test_a_password_in_an_address_is_not_shown() -> None:
    address = "http://user:pass@127.0.0.1:9/v1?api_key=pass"
    chat = ChatModel("m", base_url=address, key="", seconds=5, answer_tokens=9)
    with pytest.raises(ChatFailed) as caught:
        read(chat)
    assert "m at http://127.0.0.1:9/v1" in str(caught.value)
    assert "pass" not in str(caught.value)
