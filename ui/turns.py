"""Turns: the questions of one chat, each answered in a thread of its own.

The page only looks at what a turn has so far, so a click, a stop or a reload of a part of the
page never breaks an answer off.
"""

import threading
from collections.abc import Sequence
from uuid import uuid4

from index.errors import DatelineError
from index.parts import Parts
from rag.answers import Answer, stream_answer
from rag.chat import ChatModel, Usage


class Turn:
    """A question, and its answer as it grows."""

    def __init__(
        self,
        question: str,
        *,
        parts: Parts,
        before: Sequence["Turn"],
        chat: ChatModel | None,
        searched_as: str | None = None,
        again: bool = False,
        spent: Usage | None = None,
    ) -> None:
        """Ask at once; `before` are the turns this one may follow up, `spent` what this question took before."""
        self.id = uuid4().hex
        self.question = question
        self.answer: Answer | None = None
        self.problem = ""
        self._parts = parts
        self._before = tuple(before)
        self._chat = chat
        self._spent = spent
        self._stop = threading.Event()
        self._answered = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(searched_as, again), name="answer", daemon=True)
        self._thread.start()

    @property
    def under_way(self) -> bool:
        """Tell whether more of the answer may come."""
        return self._thread.is_alive()

    @property
    def usage(self) -> Usage | None:
        """What the models took for this question, answers that were replaced included, where it is known."""
        took = self.answer.prose.usage if self.answer and self.answer.prose else None
        return self._spent + took if self._spent and took else self._spent or took

    def stop(self) -> None:
        """Have the model stop; what it has written stays."""
        self._stop.set()

    def asked_again(self, chat: ChatModel | None) -> "Turn":
        """Ask the same question once more, of `chat`, which shall choose other words."""
        return self._renewed(chat, again=True)

    def searched_again(self, searched_as: str, chat: ChatModel | None) -> "Turn":
        """Answer the question anew from a search in the reader's words."""
        return self._renewed(chat, searched_as=searched_as)

    def first_answer(self) -> Answer | None:
        """Wait for the answer in quotes: a question that follows this one up builds on it."""
        self._answered.wait()
        return self.answer

    def _renewed(self, chat: ChatModel | None, *, searched_as: str | None = None, again: bool = False) -> "Turn":
        self.stop()
        return Turn(
            self.question,
            parts=self._parts,
            before=self._before,
            chat=chat,
            searched_as=searched_as,
            again=again,
            spent=self.usage,
        )

    def _work(self, searched_as: str | None, again: bool) -> None:
        try:
            before = [answer for turn in self._before if (answer := turn.first_answer())]
            for answer in stream_answer(
                self.question,
                parts=self._parts,
                before=before,
                searched_as=searched_as,
                chat=self._chat,
                stop=self._stop,
                again=again,
            ):
                self.answer = answer
                self._answered.set()
        except DatelineError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 (the reader is told; the chat goes on)
            self.problem = f"The question could not be answered ({type(error).__name__}). Re-index, ask again."
        finally:
            self._answered.set()
