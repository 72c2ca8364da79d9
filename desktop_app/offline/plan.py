"""What one response shall be: the session's wishes, and what ``response.create`` changes.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from desktop_app.offline import session_rules as rules
from desktop_app.offline import session_shape as shape
from desktop_app.offline.brains.brain import NamedTool, Request, Tool, ToolChoice
from desktop_app.offline.conversation import Conversation, Entry, turns, written
from desktop_app.offline.refused import Refused
from desktop_app.wire import tools as wire_tools
from desktop_app.wire.base import known
from desktop_app.wire.items import (
    FunctionCall,
    FunctionCallOutput,
    InputAudio,
    InputImage,
    InputItem,
    ItemReference,
    Message,
    OutputAudio,
)
from desktop_app.wire.response import ResponseAudio, ResponseConfig, ResponseVoice
from desktop_app.wire.session import AudioFormat, Modality, RealtimeSession, VoiceId

LONGEST_HISTORY_CHARS = 24_000
"""About 6,000 tokens: what models on a person's own computer take without strain."""
_MOST_PAIRS, _LONGEST_KEY, _LONGEST_VALUE = 16, 64, 512


@dataclass(frozen=True, slots=True)
class Plan:
    """One response, decided.

    Attributes:
        entries: What it may know, oldest first.
        ready_text: What it says, if that is already known; no brain is asked then.
    """

    entries: tuple[Entry, ...]
    instructions: str
    modality: Modality
    voice: str
    speed: float
    format: AudioFormat
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = "auto"
    one_call: bool = False
    max_output_tokens: int | None = None
    metadata: dict[str, str] | None = None
    in_conversation: bool = True
    keeps_all: bool = False
    ready_text: str | None = None

    def request(self, now: datetime, language: str | None) -> Request:
        """Put the plan to a brain."""
        return Request(
            history=turns(self.entries, None if self.keeps_all else LONGEST_HISTORY_CHARS),
            instructions=self.instructions,
            now=now,
            tools=self.tools,
            tool_choice=self.tool_choice,
            max_output_tokens=self.max_output_tokens,
            language=language,
        )

    def audio(self) -> ResponseAudio:
        """How the response sounds, as the protocol tells it."""
        return ResponseAudio(output=ResponseVoice(format=self.format, voice=self.voice))


def plan_of(
    session: RealtimeSession,
    config: ResponseConfig,
    conversation: Conversation,
    facts: rules.Facts,
) -> Plan:
    """Decide what a response shall be.

    Raises:
        Refused: It asks for something that can't be had; names the first such field.
    """
    _check(config)
    modalities = known(config.output_modalities, known(session.output_modalities, ("audio",)))
    rules.check_modalities(modalities, "response.output_modalities")
    tools = known(config.tools, known(session.tools, ()))
    rules.check_tools(tools, "response.tools")
    choice: wire_tools.ToolChoice = known(config.tool_choice, known(session.tool_choice, "auto"))
    rules.check_choice(choice, tools, "response.tool_choice")
    limit = known(config.max_output_tokens, known(session.max_output_tokens, "inf"))
    rules.check_tokens(limit, "response.max_output_tokens")
    voice, sound = _sound(session, config, facts)
    given = known(config.input, None)
    parallel = known(config.parallel_tool_calls, known(session.parallel_tool_calls, True))
    return Plan(
        entries=conversation.entries if given is None else _context(given, conversation),
        instructions=known(config.instructions, known(session.instructions, "")),
        modality=modalities[0],
        voice=voice,
        speed=known(shape.output_of(session).speed, 1.0),
        format=sound,
        tools=tuple(_tool(tool) for tool in tools if isinstance(tool, wire_tools.FunctionTool)),
        tool_choice=_choice(choice),
        one_call=not parallel,
        max_output_tokens=limit if isinstance(limit, int) else None,
        metadata=known(config.metadata, None),
        in_conversation=known(config.conversation, "auto") == "auto",
        keeps_all=session.truncation == "disabled",
    )


def entry_of(item: InputItem, new_id: Callable[[], str], where: str = "item") -> Entry:
    """Make an item of the client's one of ours.

    Raises:
        Refused: It is of a kind that a client can't make, or that nobody here understands.
    """
    if not isinstance(item, Message | FunctionCall | FunctionCallOutput):
        message = "This server calls no MCP servers, and has no items of theirs."
        raise Refused("invalid_value", message, f"{where}.type")
    item_id = known(item.id, "")
    if len(item_id) > 32:
        message = "Invalid 'item.id': expected at most 32 characters."
        raise Refused("string_above_max_length", message, f"{where}.id")
    if isinstance(item, FunctionCall) and not known(item.call_id, ""):
        item = structs.replace(item, call_id=item_id or new_id())
    whole = structs.replace(
        item, id=item_id or new_id(), object="realtime.item", status="completed"
    )
    if not isinstance(whole, Message):
        return Entry(whole)
    for index, part in enumerate(whole.content):
        if isinstance(part, InputImage | OutputAudio):
            kind = part.__struct_config__.tag
            message = f"Content of type '{kind}' is not supported by this server."
            param = f"{where}.content[{index}].type"
            raise Refused("unsupported_content_type", message, param)
        if isinstance(part, InputAudio) and len(known(part.audio, b"")) % 2:
            message = "Invalid audio: an odd number of bytes is not 16-bit PCM."
            raise Refused("invalid_value", message, f"{where}.content[{index}].audio")
    return Entry(whole, words=written(whole))


def _check(config: ResponseConfig) -> None:
    if known(config.prompt, None) is not None:
        raise Refused("unsupported_parameter", "This server stores no prompts.", "response.prompt")
    if known(config.reasoning, None) is not None:
        message = "Unsupported option for this model: 'reasoning'."
        raise Refused("unsupported_parameter", message, "response.reasoning")
    if known(config.conversation, "auto") not in ("auto", "none"):
        message = "Invalid value: expected 'auto' or 'none'."
        raise Refused("invalid_value", message, "response.conversation")
    pairs = known(config.metadata, {})
    if len(pairs) > _MOST_PAIRS:
        raise Refused("object_above_max_properties", "At most 16 pairs.", "response.metadata")
    for key, value in pairs.items():
        if len(key) > _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            message = "A key has at most 64 characters, a value 512."
            raise Refused("string_above_max_length", message, "response.metadata")


def _sound(
    session: RealtimeSession, config: ResponseConfig, facts: rules.Facts
) -> tuple[str, AudioFormat]:
    output = shape.output_of(session)
    asked = known(known(config.audio, ResponseAudio()).output, ResponseVoice())
    sound = known(asked.format, None)
    if sound is not None:
        rules.check_format(sound, "response.audio.output.format")
        sound = structs.replace(sound, rate=24_000) if sound.type == "audio/pcm" else sound
    own = output.voice if isinstance(output.voice, str) else ""
    wanted = asked.voice
    if isinstance(wanted, VoiceId):
        message = f"There is no voice '{wanted.id}'."
        raise Refused("invalid_value", message, "response.audio.output.voice")
    voice = facts.voice_of(wanted if isinstance(wanted, str) else own)
    if facts.spoke and voice != own:
        message = "Cannot update a conversation's voice if assistant audio is present."
        raise Refused("cannot_update_voice", message, "response.audio.output.voice")
    return voice, sound or known(output.format, AudioFormat(rate=24_000))


def _context(given: tuple[InputItem, ...], conversation: Conversation) -> tuple[Entry, ...]:
    """Gather the context a response brings along, and look up what it refers to."""
    found: list[Entry] = []
    for index, item in enumerate(given):
        where = f"response.input[{index}]"
        if not isinstance(item, ItemReference):
            found.append(entry_of(item, lambda: "input", where))
            continue
        entry = conversation.find(known(item.id, ""))
        if entry is None:
            message = f"The item with id '{known(item.id, '')}' does not exist."
            raise Refused("item_reference_not_found", message, f"{where}.id")
        found.append(entry)
    return tuple(found)


def _tool(tool: wire_tools.FunctionTool) -> Tool:
    return Tool(known(tool.name, ""), known(tool.description, ""), known(tool.parameters, {}))


def _choice(choice: wire_tools.ToolChoice) -> ToolChoice:
    if isinstance(choice, wire_tools.ChooseFunction):
        return NamedTool(choice.name)
    return "auto" if isinstance(choice, wire_tools.ChooseMcp) else choice
