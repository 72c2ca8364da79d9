"""A trial session: it opens and closes, and says in one sentence how that went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from desktop_app.core.effects import ConfigureSession
from desktop_app.core.failures import answer_problem, error_problem, judge
from desktop_app.core.far_end import (
    ResponseEnded,
    ServerError,
    SessionConfigured,
    SessionStarted,
)
from desktop_app.core.problems import Problem
from desktop_app.core.settings import Settings
from desktop_app.ports import Destination, Link, LinkError, LinkTarget

PROBE_TIMEOUT_S = 20.0

Maker = Callable[[], Link]


async def probe(make_link: Maker, destination: Destination, settings: Settings) -> Problem | None:
    """Open a session as ``settings`` say and close it again.

    Returns:
        None when the server accepted us, else what is wrong.
    """
    link = make_link()
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            await link.open(await destination.resolve(settings))
            return await _until_configured(link, settings)
    except LinkError as error:
        problem = judge(error.failure, None).problem
        return problem or answer_problem(ResponseEnded("", "failed"))
    except TimeoutError:
        return _silent()
    finally:
        await link.aclose()


async def _until_configured(link: Link, settings: Settings) -> Problem | None:
    last: ServerError | None = None
    try:
        async for event in link.events():
            match event:
                case SessionStarted():
                    await link.send(ConfigureSession(settings, "cfg_probe"))
                case SessionConfigured():
                    return None
                case ServerError():
                    last = event
                    if problem := error_problem(event):
                        return problem
                    if event.event_id == "cfg_probe" or event.param:
                        return None  # A refused setting: the talk itself goes on without it.
                case _:
                    pass
    except LinkError as error:
        return judge(error.failure, last).problem or _silent()
    return _silent()


def _silent() -> Problem:
    failed = ResponseEnded("", "failed", message="It does not answer as a Realtime server would.")
    return replace(answer_problem(failed), title="The server says nothing")


class FixedTarget:
    """A destination that is given."""

    def __init__(self, target: LinkTarget) -> None:
        self._target = target

    async def resolve(self, settings: Settings) -> LinkTarget:
        """Return the target."""
        return self._target
