"""From the server's events to the core's: what happened, without the protocol's field names.

The mapping is stateless.  What repeats (servers tell the same words up to five times) is passed on
as it comes; the core knows what it has seen.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from desktop_app.core import far_end
from desktop_app.core.events import Event
from desktop_app.wire import input_events as heard
from desktop_app.wire import response_events as said
from desktop_app.wire import server_events as told
from desktop_app.wire.base import known
from desktop_app.wire.items import (
    FunctionCall,
    InputText,
    Item,
    McpApprovalRequest,
    McpCall,
    Message,
    OtherItem,
    OutputAudio,
    OutputText,
)
from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.response import Response, Usage
from desktop_app.wire.server_events import ServerEvent
from desktop_app.wire.session import RealtimeSession, Session, VoiceId

_ENDS = ("completed", "cancelled", "failed", "incomplete")
_SAMPLE_BYTES = 2

Events = tuple[Event, ...]


def to_core(event: ServerEvent | Unknown | Malformed, now_unix_s: float | None = None) -> Events:
    """Say in the core's words what a server event means.

    Args:
        event: What the decoder made of a frame.
        now_unix_s: The time at the server, to know how long a session will live.

    Returns:
        The core's events, in order; none for what the core need not know.
    """
    match event:
        # The three that come by the thousand stand first.
        case said.OutputAudioDelta():
            return _audio(event)
        case said.OutputTranscriptDelta() | said.OutputTextDelta():
            place = (event.response_id, event.item_id)
            return (far_end.AssistantTextArrived(*place, event.delta),) if event.delta else ()
        case heard.InputTranscriptDelta():
            more = known(event.delta, "")
            return (far_end.UserTextArrived(event.item_id, more),) if more else ()
        case said.OutputTranscriptDone():
            return _text_done(event, event.transcript)
        case said.OutputTextDone():
            return _text_done(event, event.text)
        case said.OutputItemDone():
            return _call(event.response_id, event.item)
        case said.ResponseCreated(response=response):
            return (far_end.ResponseStarted(known(response.id, ""), _in_conversation(response)),)
        case said.ResponseDone(response=response):
            return _response_done(response)
        case Malformed() | Unknown():
            return ()
    return _about_input(event) or _about_session(event, now_unix_s) or _about_items(event)


def _about_input(event: ServerEvent) -> Events:
    match event:
        case heard.SpeechStarted():
            return (far_end.UserSpeechStarted(known(event.item_id, ""), event.audio_start_ms),)
        case heard.SpeechStopped():
            return (far_end.UserSpeechStopped(known(event.item_id, ""), event.audio_end_ms),)
        case heard.InputAudioCommitted():
            return (far_end.InputCommitted(event.item_id, known(event.previous_item_id, None)),)
        case heard.InputTranscriptUpdated():
            return (far_end.UserTextArrived(event.item_id, event.transcript, whole=True),)
        case heard.InputTranscriptCompleted():
            return (far_end.UserTextDone(event.item_id, event.transcript),)
        case heard.InputTranscriptFailed(error=error):
            why = known(error.message, "") or known(error.code, "")
            return (far_end.UserTextFailed(event.item_id, why),)
        case _:
            return ()


def _about_session(event: ServerEvent, now_unix_s: float | None) -> Events:
    match event:
        case told.SessionCreated(session=session):
            return (
                far_end.SessionStarted(
                    known(session.id, ""), _model(session), _lifetime_ms(session, now_unix_s)
                ),
            )
        case told.SessionUpdated(session=session):
            return (_configured(session),)
        case told.ErrorEvent(error=error):
            return (
                far_end.ServerError(
                    code=known(error.code, ""),
                    type=error.type,
                    message=error.message,
                    param=known(error.param, ""),
                    event_id=known(error.event_id, ""),
                ),
            )
        case told.RateLimitsUpdated():
            return _rate_limited(event)
        case _:
            return ()


def _about_items(event: ServerEvent) -> Events:
    match event:
        case told.ItemAdded() | told.ItemDone() | told.ItemCreated():
            return _item(event)
        case told.ItemTruncated():
            return (far_end.ItemTruncated(event.item_id, event.audio_end_ms),)
        case told.ItemDeleted():
            return (far_end.ItemDeleted(event.item_id),)
        case _:
            return ()


def _audio(event: said.OutputAudioDelta) -> Events:
    # Half a sample cannot be played, and nothing says that the other half will come.
    pcm = event.delta[: len(event.delta) // _SAMPLE_BYTES * _SAMPLE_BYTES]
    if not pcm:
        return ()
    return (far_end.AudioArrived(event.response_id, event.item_id, pcm, event.content_index),)


def _text_done(event: said.InPart, text: str) -> Events:
    return (far_end.AssistantTextDone(event.response_id, event.item_id, text),)


def _item(event: told.ItemEvent) -> Events:
    item = event.item
    item_id = known(item.id, "")
    if not item_id:
        return ()
    return (
        far_end.ItemAdded(
            item_id,
            _kind(item),
            role=item.role if isinstance(item, Message) else "",
            previous_item_id=known(event.previous_item_id, None),
            text=_written(item),
            name=item.name if isinstance(item, FunctionCall | McpCall | McpApprovalRequest) else "",
        ),
    )


def _kind(item: Item) -> str:
    if isinstance(item, OtherItem):
        return known(item.kind, "other")
    return str(item.__struct_config__.tag)


def _written(item: Item) -> str:
    """Join what was typed or written; spoken words come in events of their own."""
    if not isinstance(item, Message):
        return ""
    parts = (p.text for p in item.content if isinstance(p, InputText | OutputText))
    return "".join(known(text, "") for text in parts)


def _words(item: Message) -> str:
    """Join all words of an item, spoken or written."""
    words = ""
    for part in item.content:
        if isinstance(part, OutputText):
            words += known(part.text, "")
        elif isinstance(part, OutputAudio):
            words += known(part.transcript, "")
    return words


def _call(response_id: str, item: Item) -> Events:
    """Report a function call that has ended.

    Not made of ``function_call_arguments.done``: that comes for an interrupted call as well, with
    half of the arguments and without a word about it.
    """
    if not isinstance(item, FunctionCall):
        return ()
    item_id = known(item.id, "")
    call_id = known(item.call_id, "") or item_id
    if not call_id:
        return ()
    whole = known(item.status, "completed") != "incomplete"
    called = far_end.ToolCalled(response_id, item_id, call_id, item.name, item.arguments, whole)
    return (called,)


def _response_done(response: Response) -> Events:
    """End a response; first repeat its calls, for servers that announce them nowhere else."""
    response_id = known(response.id, "")
    details = known(response.status_details, None)
    error = known(details.error, None) if details else None
    status = known(response.status, "completed")
    output = known(response.output, ())
    messages = [item for item in output if isinstance(item, Message)]
    texts = ((known(item.id, ""), _words(item)) for item in messages)
    calls = [call for item in output for call in _call(response_id, item)]
    ended = far_end.ResponseEnded(
        response_id,
        status=status if status in _ENDS else "completed",
        reason=known(details.reason, "") if details else "",
        code=(known(error.code, "") or known(error.type, "")) if error else "",
        message=known(error.message, "") if error else "",
        usage=_usage(known(response.usage, None)),
        texts=tuple((item_id, text) for item_id, text in texts if item_id and text),
        in_conversation=_in_conversation(response),
    )
    return (*calls, ended)


def _in_conversation(response: Response) -> bool:
    """Tell a response of the conversation from one beside it.

    A null ``conversation_id`` alone is no proof: servers that write out every field send it always.
    Whoever asks for a response beside the conversation labels it, to know it again.
    """
    return response.conversation_id is not None or not known(response.metadata, {})


def _usage(usage: Usage | None) -> far_end.Usage | None:
    if usage is None:
        return None
    details = known(usage.input_token_details, None)
    return far_end.Usage(
        input_tokens=known(usage.input_tokens, 0),
        output_tokens=known(usage.output_tokens, 0),
        cached_tokens=known(details.cached_tokens, 0) if details else 0,
    )


def _model(session: Session) -> str:
    return known(session.model, "") if isinstance(session, RealtimeSession) else ""


def _configured(session: Session) -> far_end.SessionConfigured:
    audio = known(session.audio, None) if isinstance(session, RealtimeSession) else None
    heard = known(audio.input, None) if audio else None
    noise = heard.noise_reduction if heard else UNSET
    reduced = None if isinstance(noise, UnsetType) else noise is not None
    return far_end.SessionConfigured(_model(session), _voice(session), reduced)


def _voice(session: Session) -> str:
    audio = known(session.audio, None) if isinstance(session, RealtimeSession) else None
    output = known(audio.output, None) if audio else None
    voice = output.voice if output else None
    if isinstance(voice, VoiceId):
        return voice.id
    return voice if isinstance(voice, str) else ""


def _lifetime_ms(session: Session, now_unix_s: float | None) -> int | None:
    """Return the time until the session ends; None if unknown, or if the clocks disagree."""
    expires_at = known(session.expires_at, 0)
    if now_unix_s is None or expires_at <= now_unix_s:
        return None
    return int((expires_at - now_unix_s) * 1000)


def _rate_limited(event: told.RateLimitsUpdated) -> Events:
    """Report the limit of which the smallest part is left."""
    scarcest: tuple[float, far_end.RateLimited] | None = None
    for limit in event.rate_limits:
        remaining = known(limit.remaining, None)
        if remaining is None:
            continue
        share = remaining / max(known(limit.limit, remaining), 1)
        left = far_end.RateLimited(
            known(limit.name, ""), remaining, known(limit.reset_seconds, 0.0)
        )
        if scarcest is None or share < scarcest[0]:
            scarcest = (share, left)
    return (scarcest[1],) if scarcest else ()
