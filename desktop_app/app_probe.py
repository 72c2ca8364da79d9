"""A trial session: it opens and closes, and says in one sentence how that went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from desktop_app.core.effects import ConfigureSession
from desktop_app.core.failures import error_problem, judge
from desktop_app.core.far_end import (
    LinkFailure,
    ServerError,
    SessionConfigured,
    SessionStarted,
)
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.ports import Destination, Link, LinkError, LinkTarget

PROBE_TIMEOUT_S = 20.0

CREATED_TIMEOUT_S = 3.0
"""Compatible servers may leave out their greeting; then they are asked all the same."""

Maker = Callable[[], Link]


async def probe(make_link: Maker, destination: Destination, settings: Settings) -> Problem | None:
    """Open a session as ``settings`` say and close it again.

    Returns:
        None when the server accepted us, else what is wrong.
    """
    link = make_link()
    try:
        # A keyring may ask for its password here, and an engine takes its own time to start.
        target = await destination.resolve(settings)
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            await link.open(target)
            return await _until_configured(link, settings)
    except LinkError as error:
        return link_problem(error.failure, None) or _silent()
    except TimeoutError:
        return _silent()
    finally:
        await link.aclose()


async def _until_configured(link: Link, settings: Settings) -> Problem | None:
    last: ServerError | None = None
    asking = asyncio.create_task(_ask_unless_greeted(link, settings), name="probe-ask")
    try:
        async for event in link.events():
            match event:
                case SessionStarted():
                    if asking.cancel():
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
        return link_problem(error.failure, last) or _silent()
    finally:
        asking.cancel()
    return _silent()


async def _ask_unless_greeted(link: Link, settings: Settings) -> None:
    await asyncio.sleep(CREATED_TIMEOUT_S)
    with suppress(LinkError):  # Whoever listens to the link is told the same.
        await link.send(ConfigureSession(settings, "cfg_probe"))


def link_problem(failure: LinkFailure, last: ServerError | None) -> Problem | None:
    """Put the failure of a link that is tried once into words; None at the end of a session."""
    verdict = judge(failure, last)
    if verdict.problem is None or not verdict.retry:
        return verdict.problem
    # The words of a conversation promise another try.
    said = failure.detail or (last.message if last else "")
    return replace(verdict.problem, hint=said or "Try again later.")


def _silent() -> Problem:
    hint = "It does not answer as a Realtime server would: check the address."
    return Problem(Kind.SERVER_TROUBLE, "The server says nothing", hint, Action.OPEN_SETTINGS)


class FixedTarget:
    """A destination that is given."""

    def __init__(self, target: LinkTarget) -> None:
        self._target = target

    async def resolve(self, settings: Settings) -> LinkTarget:
        """Return the target."""
        return self._target
