"""From the core's orders to the client events that carry them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from msgspec import UNSET

from desktop_app.core import effects as fx
from desktop_app.wire import client_events as say
from desktop_app.wire.base import JsonObject
from desktop_app.wire.client_events import ClientEvent
from desktop_app.wire.items import FunctionCallOutput, InputText, Message, OutputText, Role
from desktop_app.wire.session_of import session_of


def to_wire(
    order: fx.Order, tools: Sequence[JsonObject] = (), model: str = ""
) -> tuple[ClientEvent, ...]:
    """Say an order in the protocol's words.

    Args:
        order: What the core wants of the far end.
        tools: Declarations of the tools that the assistant may call.
        model: The model the server really runs, where it is known.

    Returns:
        The events to send, in order.
    """
    match order:
        case fx.SendAudio(pcm):
            return (say.InputAudioAppend(audio=pcm),)
        case fx.ConfigureSession():
            session = session_of(order, tools, model)
            return (say.SessionUpdate(event_id=order.event_id, session=session),)
        case fx.CommitInput(event_id):
            return (say.InputAudioCommit(event_id=event_id),)
        case fx.ClearInput():
            return (say.InputAudioClear(),)
        case fx.CreateResponse(event_id):
            return (say.ResponseCreate(event_id=event_id),)
        case fx.CancelResponse(response_id, event_id):
            return (say.ResponseCancel(event_id=event_id, response_id=response_id or UNSET),)
        case fx.AddText():
            return (say.ItemCreate(item=_message(order)),)
        case fx.AddToolOutput(call_id, output):
            return (say.ItemCreate(item=FunctionCallOutput(call_id=call_id, output=output)),)
        case fx.TruncateItem():
            return (
                say.ItemTruncate(
                    event_id=order.event_id,
                    item_id=order.item_id,
                    content_index=order.content_index,
                    audio_end_ms=order.heard_ms,
                ),
            )
        case fx.DeleteItem(item_id, event_id):
            return (say.ItemDelete(event_id=event_id, item_id=item_id),)
        case _:
            assert_never(order)


def _message(order: fx.AddText) -> Message:
    item_id = order.item_id or UNSET
    if order.role == "assistant":
        written = (OutputText(text=order.text),)
        return Message(id=item_id, role="assistant", content=written)
    role: Role = "system" if order.role == "system" else "user"
    return Message(id=item_id, role=role, content=(InputText(text=order.text),))
