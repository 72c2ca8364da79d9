"""What every struct on the wire shares: absent against null, and the two event bases.

Absent (``UNSET``) and null are different words in this protocol: in a ``session.update`` an absent
field stays as it is, a null one is switched off.  So nothing here has a default of None; what may
be left out is ``Maybe``, what may also be null is ``Nullable``, and `known` reads either.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar, Union

from msgspec import UNSET, Struct, UnsetType

T = TypeVar("T")
D = TypeVar("D")

Maybe: TypeAlias = Union[T, UnsetType]  # noqa: UP007 - mypy takes no `T | X` for an alias
Nullable: TypeAlias = Union[T, UnsetType, None]  # noqa: UP007
JsonObject = dict[str, object]


def known(value: T | UnsetType | None, default: D) -> T | D:
    """Read a field that may be absent or null.

    Args:
        value: The field.
        default: What to return when there is no value.

    Returns:
        The value, or ``default`` for both absent and null.
    """
    if value is None or isinstance(value, UnsetType):
        return default
    return value


class ClientEventBase(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every client event may carry.

    A server names ``event_id`` in the `error` it answers with, most of the time.
    """

    event_id: Nullable[str] = UNSET


class ServerEventBase(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every server event carries, but for those of servers that number nothing."""

    event_id: Nullable[str] = UNSET


def type_of(event: ClientEventBase | ServerEventBase) -> str:
    """Name the event as the protocol does, for example ``response.create``."""
    return str(event.__struct_config__.tag)
