"""One session's responses: one at a time in the conversation, any number beside it."""

from __future__ import annotations

from msgspec import UNSET

from desktop_app.offline.conversation import Conversation
from desktop_app.offline.line import Line
from desktop_app.offline.plan import Plan
from desktop_app.offline.refused import Refused
from desktop_app.offline.reply import Means, Reply
from desktop_app.offline.script import NewId, Script
from desktop_app.offline.thinking import Thinking
from desktop_app.wire.base import Nullable, known

MOST_AT_ONCE = 16


class Answers:
    """Starts and stops responses."""

    def __init__(
        self,
        conversation: Conversation,
        talk_id: str,
        line: Line,
        means: Means,
        new_id: NewId,
    ) -> None:
        self.active: Reply | None = None
        self._beside: dict[str, Reply] = {}
        self._conversation, self._talk_id = conversation, talk_id
        self._line, self._means = line, means
        self._new_id = new_id

    @property
    def can_speak_aside(self) -> bool:
        """Whether one more response beside the conversation may run."""
        return len(self._beside) < MOST_AT_ONCE

    def check_free(self) -> None:
        """Refuse a second response in the conversation."""
        if self.active is not None:
            raise Refused(
                "conversation_already_has_active_response",
                "Conversation already has an active response in progress: "
                f"{self.active.script.id}. Wait until the response is finished before creating a "
                "new one.",
            )

    def start(self, plan: Plan, thinking: Thinking | None = None) -> Reply:
        """Begin a response; what it says may already be thought about."""
        if plan.in_conversation:
            self.check_free()
        elif not self.can_speak_aside:
            message = f"At most {MOST_AT_ONCE} responses may run at once."
            raise Refused("rate_limit_exceeded", message)
        script = Script(plan, self._conversation, self._new_id, self._talk_id)
        reply = Reply(plan, script, self._line, self._means, thinking)
        if plan.in_conversation:
            self.active = reply
        else:
            self._beside[script.id] = reply
        reply.begin()
        reply.task = self._means.spawn(reply.run())
        return reply

    def cancel(self, response_id: Nullable[str] = UNSET) -> None:
        """Stop the conversation's response, or the one that is named."""
        wanted = known(response_id, "")
        reply = self._beside.get(wanted)
        if reply is None and self.active and wanted in ("", self.active.script.id):
            reply = self.active
        if reply is None:
            message = "Cancellation failed: no active response found."
            raise Refused("response_cancel_not_active", message)
        reply.stop("cancelled", "client_cancelled")

    def interrupt(self) -> None:
        """Stop the conversation's response: the user speaks."""
        if self.active is not None:
            self.active.stop("cancelled", "turn_detected")

    def forget(self, reply: Reply) -> None:
        """A response is over."""
        if self.active is reply:
            self.active = None
        self._beside.pop(reply.script.id, None)
