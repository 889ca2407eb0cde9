"""Turns: the questions of one chat, each answered in a thread of its own.

The page only looks at what a turn has so far, so a click, a stop or a reload never breaks
an answer off. A chat is kept as it grows: who opens its address later, or in another
window, finds it as it is.
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
from rag.answering.followups import Standalone
from rag.answering.models import Answer
from rag.answering.pipeline import stream_answer
from rag.answering.query import clean_question, make_query
from rag.llm.client import ChatModel, Usage
from rag.storage.chats import Chats, KeptTurn
from ui.server.unexpected import log_and_explain


class Turn:
    """A question, and its answer as it grows."""

    def __init__(self, question: str, *, scope: Scope, all_days: bool = False, spent: Usage | None = None) -> None:
        """Make a turn with no answer yet; `spent` is what answers to it took that it replaces."""
        self.id = uuid4().hex
        self.question = question
        self.scope = scope  # which articles are asked
        self.all_days = all_days  # also where the question names some
        self.answer: Answer | None = None
        self.problem = ""
        self.not_kept = ""  # why it will not be there later; "" where it will
        self._spent = spent
        self._stop = threading.Event()
        self.changes = 0  # how many times there was more of it
        self._changed = threading.Condition()
        self._answered = threading.Event()
        self._ended = threading.Event()

    @classmethod
    def kept(cls, turn: KeptTurn) -> "Turn":
        """Make a turn of one that was kept."""
        made = cls(turn.question, scope=turn.answer.scope if turn.answer else WHOLE, spent=turn.spent)
        made.id, made.answer, made.problem = turn.id, turn.answer, turn.problem
        made._answered.set()
        made._ended.set()
        return made

    @property
    def under_way(self) -> bool:
        """Tell whether more of the answer may come."""
        return not self._ended.is_set()

    @property
    def usage(self) -> Usage | None:
        """What the models took for this question, answers that were replaced included, where it is known."""
        took = self.answer.prose.usage if self.answer and self.answer.prose else None
        return self._spent + took if self._spent and took else self._spent or took

    def begin(self, answers: Callable[[threading.Event], Iterator[Answer]], keep: Callable[[], None]) -> None:
        """Answer in a thread: with what `answers` yields until it ends or is told to stop, kept by `keep`."""
        threading.Thread(target=self._work, args=(answers, keep), name="answer", daemon=True).start()

    def stop(self) -> None:
        """Have the model stop; what it has written stays."""
        self._stop.set()

    def first_answer(self) -> Answer | None:
        """Wait for the answer in quotes: a question that follows this one up builds on it."""
        self._answered.wait()
        return self.answer

    def wait_for_more(self, seen: int, seconds: float) -> int:
        """Wait until there was more of it than `seen` times, or it has ended, or the time is up; return how many."""
        with self._changed:
            self._changed.wait_for(lambda: self.changes > seen or not self.under_way, seconds)
            return self.changes

    def as_kept(self) -> KeptTurn:
        """Return what is kept of it."""
        return KeptTurn(self.id, self.question, self.answer, self.problem, self._spent)

    def _work(self, answers: Callable[[threading.Event], Iterator[Answer]], keep: Callable[[], None]) -> None:
        try:
            self._keep(keep)
            for answer in answers(self._stop):
                first, self.answer = self.answer is None, answer
                self._answered.set()
                self._tell(more=True)
                if first:
                    self._keep(keep)
        except DatelineError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 (logged; the chat goes on)
            self.problem = f"An unexpected error stopped this answer. Ask again. {log_and_explain(error)}"
        finally:
            self._answered.set()
            self._keep(keep)
            self._ended.set()
            self._tell(more=False)

    def _tell(self, *, more: bool) -> None:
        with self._changed:
            self.changes += more
            self._changed.notify_all()

    def _keep(self, keep: Callable[[], None]) -> None:
        try:
            keep()
            self.not_kept = ""
        except DatelineError as error:
            self.not_kept = f"This answer was not saved: {error}"


@dataclass(eq=False)
class OpenChat:
    """A chat that is on a page, with the answers that are under way in it."""

    id: str
    library: Library
    chats: Chats
    turns: list[Turn] = field(default_factory=list)
    deleted: bool = False

    @property
    def under_way(self) -> bool:
        """Tell whether more of an answer may come."""
        return any(turn.under_way for turn in self.turns)

    @property
    def usage(self) -> Usage | None:
        """What the models took for the whole chat, where it is known."""
        took = [turn.usage for turn in self.turns if turn.usage]
        return reduce(add, took) if took else None

    def ask(self, question: str, model: ChatModel | None, *, scope: Scope = WHOLE) -> None:
        """Ask a question of the articles in `scope`: for quotes, and with `model` for prose too."""
        self.turns.append(Turn(question, scope=scope))
        self._start(len(self.turns) - 1, model)

    def ask_again(self, place: int, model: ChatModel | None) -> None:
        """Ask the question of that place (from 0) once more, of `model`, which shall choose other words."""
        self._renew(place)
        self._start(place, model, again=True)

    def search_again(self, place: int, searched_as: str, model: ChatModel | None) -> None:
        """Answer the question of that place anew from a search in the reader's words."""
        self._renew(place)
        self._start(place, model, searched_as=searched_as)

    def ask_all_days(self, place: int, model: ChatModel | None) -> None:
        """Answer the question of that place anew from all days, whatever days it names."""
        self._renew(place)
        self.turns[place].all_days = True
        self._start(place, model)

    def stop(self) -> None:
        """Have every answer that is under way end."""
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
            # Else the question was asked again meanwhile, or the chat is gone.
            if self.turns[place] is turn and not self.deleted:
                self.chats.keep(self.id, place, turn.as_kept())

        turn.begin(answers, keep)


class OpenChats:
    """The chats of this process's pages: two windows on one chat see the same one."""

    def __init__(self, library: Library) -> None:
        """Open the kept chats of the library's store. Raises StoreMismatch where they are not ours."""
        self.kept = Chats(library.settings.store)
        self._library = library
        self._open: WeakValueDictionary[str, OpenChat] = WeakValueDictionary()
        self._opening = threading.Lock()

    def new(self) -> OpenChat:
        """Begin a chat; it is kept from its first question on."""
        return self._remember(OpenChat(uuid4().hex[:16], self._library, self.kept))

    def get(self, id_: str) -> OpenChat:
        """Return the chat of that id, with what is under way in it. Raises UnknownChat."""
        with self._opening:
            if (chat := self._open.get(id_)) is not None and chat.turns:
                return chat
            kept = self.kept.chat(id_)
            return self._remember(OpenChat(id_, self._library, self.kept, [Turn.kept(turn) for turn in kept.turns]))

    def delete(self, id_: str) -> None:
        """Forget a chat; answers that are under way in it end."""
        with self._opening:
            if chat := self._open.pop(id_, None):
                chat.deleted = True
                chat.stop()
            self.kept.delete(id_)

    def _remember(self, chat: OpenChat) -> OpenChat:
        self._open[chat.id] = chat
        return chat
