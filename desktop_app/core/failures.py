"""What a failure of the far end means: whether trying again helps, and what to tell the user.

The table follows the protocol page, section 4.8.  Errors are matched by ``code`` or by ``type``,
for servers put the same word in either.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.far_end import LinkFailure, ResponseEnded, ServerError
from desktop_app.core.problems import Action, Kind, Problem

BAD_KEY = frozenset({"invalid_api_key", "invalid_token", "authentication_error"})
NO_QUOTA = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "credit_balance_exhausted",
        "account_deactivated",
    }
)
BAD_MODEL = frozenset({"invalid_model", "model_not_found"})
REFUSED = frozenset({"beta_api_shape_disabled", "invalid_intent"})
ENDED = frozenset({"session_expired"})

_SERVER_ERRORS = range(500, 600)
_GOING_AWAY = 1001


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do about a lost link.

    Attributes:
        problem: What to tell; None for the expected end of a session.
        retry: Trying again can help.
        at_once: Try again without waiting: the session simply reached its end.
    """

    problem: Problem | None
    retry: bool
    at_once: bool = False


def judge(failure: LinkFailure, last_error: ServerError | None) -> Verdict:
    """Say what ``failure`` means, with the help of the error the server sent before."""
    words = {failure.code}
    if last_error is not None and failure.where == "closed":
        words |= {last_error.code, last_error.type}
    detail = failure.detail or (last_error.message if last_error else "")
    if known := _by_word(words, detail):
        return Verdict(known, retry=False)
    if words & ENDED or (failure.close_code == _GOING_AWAY and "duration" in failure.detail):
        return Verdict(None, retry=True, at_once=True)
    match failure.where:
        case "url":
            return Verdict(_problem(Kind.BAD_URL, "The server address is wrong", detail), False)
        case "key":
            return Verdict(_no_key(detail), retry=False)
        case "engine":
            return Verdict(_no_engine(failure), retry=False)
        case "tls":
            return Verdict(_problem(Kind.SERVER_REFUSED, "No secure connection", detail), False)
        case "http":
            return _by_status(failure.http_status, detail)
        case "closed":
            text = detail or "It ended without a reason."
            return Verdict(_trouble(f"{text} Parley is trying again."), retry=True)
        case _:
            return Verdict(_no_network(detail), retry=True)


def answer_problem(event: ResponseEnded) -> Problem:
    """Put a response that failed or is incomplete into words."""
    if known := _by_word({event.code}, event.message):
        return known
    if "rate_limit" in event.code:
        hint = event.message or "Wait a moment, then ask again."
        return Problem(Kind.RATE_LIMITED, "Too many questions at once", hint)
    if event.reason == "content_filter":
        return Problem(
            Kind.ANSWER_FILTERED, "The answer was held back by a filter", "Ask in other words."
        )
    if event.reason == "max_output_tokens":
        return Problem(
            Kind.ANSWER_CUT,
            "The answer was cut at its longest length",
            "Raise the limit in the settings, or say “go on”.",
            Action.OPEN_SETTINGS,
        )
    hint = event.message or "Ask once more."
    return Problem(Kind.ANSWER_FAILED, "The answer failed at the server", hint)


def error_problem(error: ServerError) -> Problem | None:
    """Put an ``error`` event that is about the account or the server itself into words."""
    if known := _by_word({error.code, error.type}, error.message):
        return known
    if error.type == "server_error":
        return _trouble(error.message or "Ask once more.")
    return None


def is_about(error: ServerError, *words: str) -> bool:
    """Whether ``error`` carries one of ``words`` as its code or type."""
    return error.code in words or error.type in words


def _by_word(words: set[str], detail: str) -> Problem | None:
    if words & BAD_KEY:
        return _bad_key(detail)
    if words & NO_QUOTA:
        hint = detail or "Check the plan and billing of your account."
        return Problem(Kind.NO_QUOTA, "Your account has no credit left", hint)
    if words & BAD_MODEL:
        return _bad_model(detail)
    if words & REFUSED:
        return _problem(Kind.SERVER_REFUSED, "The server refused the connection", detail)
    return None


def _by_status(status: int, detail: str) -> Verdict:
    if status == 401:
        return Verdict(_bad_key(detail), retry=False)
    if status == 404:
        return Verdict(_problem(Kind.BAD_URL, "Nothing answers at this address", detail), False)
    if status == 407:
        return Verdict(_problem(Kind.NO_NETWORK, "The proxy wants a password", detail), False)
    if status == 429:
        hint = f"{detail} Parley is trying again.".strip()
        return Verdict(Problem(Kind.RATE_LIMITED, "The server is busy", hint), retry=True)
    if status in _SERVER_ERRORS:
        return Verdict(_trouble(f"{detail} Parley is trying again.".strip()), retry=True)
    return Verdict(_problem(Kind.SERVER_REFUSED, "The server refused to talk", detail), False)


def _problem(kind: Kind, title: str, detail: str) -> Problem:
    return Problem(kind, title, detail or "Check the settings.", Action.OPEN_SETTINGS)


def _trouble(hint: str) -> Problem:
    return Problem(Kind.SERVER_TROUBLE, "The server had a problem", hint, Action.RETRY)


def _no_network(detail: str) -> Problem:
    hint = f"{detail} Parley keeps trying.".strip()
    return Problem(Kind.NO_NETWORK, "The server can't be reached", hint, Action.RETRY)


def _no_key(detail: str) -> Problem:
    hint = detail or "Set your API key, or use the assistant on this computer."
    return Problem(Kind.NO_KEY, "No API key yet", hint, Action.SET_KEY)


def _bad_key(detail: str) -> Problem:
    hint = detail or "Check the key, and that it belongs to this server."
    return Problem(Kind.BAD_KEY, "The server refused the API key", hint, Action.SET_KEY)


def _bad_model(detail: str) -> Problem:
    return _problem(Kind.BAD_MODEL, "The server does not know this model", detail)


def _no_engine(failure: LinkFailure) -> Problem:
    actions = {"weights": Action.GET_WEIGHTS, "brain": Action.OPEN_SETTINGS}
    action = actions.get(failure.code, Action.RETRY)
    title = "The assistant on this computer can't start"
    if failure.code == "crashed":
        title = "The assistant on this computer stopped again"
    hint = failure.detail or "Try again; if it stays, look into the report."
    return Problem(Kind.NO_ENGINE, title, hint, action)
