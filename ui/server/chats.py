"""Open chats: each question is a turn, answered in its own thread.

The page only reads what a turn has so far, so a click, a stop or a reload never cuts an answer off. A chat is saved
as it grows: its address shows the same chat later and in other windows.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from uuid import uuid4
from weakref import WeakValueDictionary

from index.core.errors import DatelineError
from index.core.scope import WHOLE, Scope
from index.pipeline.library import Library
from rag.answering.models import Answer, Standalone
from rag.answering.pipeline import stream_answer
from rag.answering.query import clean_question, make_query
from rag.llm.client import ChatModel, Usage
from rag.storage.chats import Chats, KeptTurn
from ui.server.unexpected import log_and_explain


class Turn:
    """A question, and its answer as it grows."""

    def __init__(self, question: str, *, scope: Scope, all_days: bool = False, spent: Usage | None = None) -> None:
        """Make a turn without an answer; `spent` is the usage of earlier answers that this one replaces."""
        self.id = uuid4().hex
        self.question = question
        self.scope = scope  # which articles are asked
        self.all_days = all_days  # even if the question names days
        self.answer: Answer | None = None
        self.problem = ""
        self.not_kept = ""  # why it could not be saved; "" if it was
        self._spent = spent
        self._stop = threading.Event()
        self.changes = 0  # how many times the answer has grown
        self._changed = threading.Condition()
        self._answered = threading.Event()
        self._ended = threading.Event()

    @classmethod
    def kept(cls, turn: KeptTurn) -> "Turn":
        """Make a turn from a saved one."""
        made = cls(turn.question, scope=turn.answer.scope if turn.answer else WHOLE, spent=turn.spent)
        made.id, made.answer, made.problem = turn.id, turn.answer, turn.problem
        made._answered.set()
        made._ended.set()
        return made

    @property
    def under_way(self) -> bool:
        """Return True if more of the answer may come."""
        return not self._ended.is_set()

    @property
    def usage(self) -> Usage | None:
        """The model usage for this question, including answers that were replaced; None if unknown."""
        took = self.answer.prose.usage if self.answer and self.answer.prose else None
        return self._spent + took if self._spent and took else self._spent or took

    def begin(self, answers: Callable[[threading.Event], Iterator[Answer]], keep: Callable[[], None]) -> None:
        """Answer in a thread with what `answers` yields until it ends or `stop` is called; `keep` saves the turn."""
        threading.Thread(target=self._work, args=(answers, keep), name="answer", daemon=True).start()

    def stop(self) -> None:
        """Stop the model; what it has written stays."""
        self._stop.set()

    def first_answer(self) -> Answer | None:
        """Wait for the answer in quotes, which a follow-up needs."""
        self._answered.wait()
        return self.answer

    def wait_for_more(self, seen: int, seconds: float) -> int:
        """Wait until `changes` is more than `seen`, the answer ends, or the time is up. Return `changes`."""
        with self._changed:
            self._changed.wait_for(lambda: self.changes > seen or not self.under_way, seconds)
            return self.changes

    def as_kept(self) -> KeptTurn:
        """Return the turn as it is saved."""
        return KeptTurn(self.id, self.question, self.answer, self.problem, self._spent)

    def _work(self, answers: Callable[[threading.Event], Iterator[Answer]], keep: Callable[[], None]) -> None:
        try:
            self._keep(keep)
            for answer in answers(self._stop):
                first, self.answer = self.answer is None, answer
                self._answered.set()
                self._notify(more=True)
                if first:
                    self._keep(keep)
        except DatelineError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 (logged; the chat goes on)
            self.problem = f"An unexpected error stopped this answer. Ask again. {log_and_explain(error)}"
        finally:
            self._answered.set()
            try:
                self._keep(keep)
            finally:
                self._ended.set()
                self._notify(more=False)

    def _notify(self, *, more: bool) -> None:
        with self._changed:
            self.changes += more
            self._changed.notify_all()

    def _keep(self, keep: Callable[[], None]) -> None:
        try:
            keep()
            self.not_kept = ""
        except DatelineError as error:
            self.not_kept = f"This answer was not saved: {error}"
        except Exception as error:  # noqa: BLE001 (logged; the chat goes on)
            self.not_kept = f"An unexpected error prevented saving this answer. {log_and_explain(error)}"


@dataclass(eq=False)
class OpenChat:
    """A chat that a page shows, and the answers that are still being written."""

    id: str
    library: Library
    chats: Chats
    turns: list[Turn] = field(default_factory=list)
    deleted: bool = False

    @property
    def under_way(self) -> bool:
        """Return True if more of an answer may come."""
        return any(turn.under_way for turn in self.turns)

    @property
    def usage(self) -> Usage | None:
        """The model usage for the whole chat; None if unknown."""
        took = [turn.usage for turn in self.turns if turn.usage]
        return reduce(add, took) if took else None

    def ask(self, question: str, model: ChatModel | None, *, scope: Scope = WHOLE) -> None:
        """Ask a question of the articles in `scope`: for quotes, and with a `model` for prose too."""
        self.turns.append(Turn(question, scope=scope))
        self._start(len(self.turns) - 1, model)

    def ask_again(self, place: int, model: ChatModel | None) -> None:
        """Ask `model` the question of that place (from 0) again, for an answer in other words."""
        self._renew(place)
        self._start(place, model, again=True)

    def search_again(self, place: int, searched_as: str, model: ChatModel | None) -> None:
        """Answer the question of that place again, from a search for the reader's words."""
        self._renew(place)
        self._start(place, model, searched_as=searched_as)

    def ask_all_days(self, place: int, model: ChatModel | None) -> None:
        """Answer the question of that place again, from all days, whatever days it names."""
        self._renew(place)
        self.turns[place].all_days = True
        self._start(place, model)

    def stop(self) -> None:
        """Stop every answer that is still being written."""
        for turn in self.turns:
            turn.stop()

    def _renew(self, place: int) -> None:
        old = self.turns[place]
        old.stop()
        self.turns[place] = Turn(old.question, scope=old.scope, all_days=old.all_days, spent=old.usage)

    def _start(
        self,
        place: int,
        model: ChatModel | None,
        *,
        again: bool = False,
        searched_as: str | None = None,
    ) -> None:
        turn, before = self.turns[place], tuple(self.turns[:place])

        def answers(stop: threading.Event) -> Iterator[Answer]:
            query = make_query(
                turn.question,
                scope=turn.scope,
                before=[answer for earlier in before if (answer := earlier.first_answer())],
                standalone=Standalone(clean_question(searched_as), "") if searched_as else None,
                all_days=turn.all_days,
            )
            return stream_answer(query, library=self.library, chat=model, stop=stop, again=again)

        def keep() -> None:
            # Otherwise the question was asked again meanwhile, or the chat was deleted.
            if self.turns[place] is turn and not self.deleted:
                self.chats.keep(self.id, place, turn.as_kept())

        turn.begin(answers, keep)


class OpenChats:
    """The chats of this process's pages; two windows with the same chat share it."""

    def __init__(self, library: Library) -> None:
        """Open the saved chats of the library's store. Raises StoreMismatch if the file is not one of Dateline."""
        self.kept = Chats(library.settings.store)
        self._library = library
        self._open: WeakValueDictionary[str, OpenChat] = WeakValueDictionary()
        self._opening = threading.Lock()

    def new(self) -> OpenChat:
        """Begin a chat; it is saved from its first question on."""
        return self._remember(OpenChat(uuid4().hex[:16], self._library, self.kept))

    def get(self, id_: str) -> OpenChat:
        """Return the chat with that id, including unfinished answers. Raises UnknownChat."""
        with self._opening:
            if (chat := self._open.get(id_)) is not None and chat.turns:
                return chat
            kept = self.kept.chat(id_)
            return self._remember(OpenChat(id_, self._library, self.kept, [Turn.kept(turn) for turn in kept.turns]))

    def delete(self, id_: str) -> None:
        """Delete a chat, and stop its unfinished answers."""
        with self._opening:
            if chat := self._open.pop(id_, None):
                chat.deleted = True
                chat.stop()
            self.kept.delete(id_)

    def _remember(self, chat: OpenChat) -> OpenChat:
        self._open[chat.id] = chat
        return chat
