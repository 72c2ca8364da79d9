"""Two engines of one user on one data folder, as real processes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from desktop_app.offline.skills.desk_file import decode
from tests.offline.server_parts import Client
from tests.offline.test_server_main import served, talking

pytestmark = pytest.mark.weights
NOTES = 12


async def told(client: Client, text: str) -> str:
    """Type ``text`` and return the answer in writing."""
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    await client.say("conversation.item.create", item=item)
    await client.say("response.create", response={"output_modalities": ["text"]})
    done = await client.until("response.done", _in_conversation)
    words: str = done["response"]["output"][0]["content"][0]["text"]
    return words


def _in_conversation(event: dict[str, Any]) -> bool:
    return event["response"]["conversation_id"] is not None


def test_what_both_write_at_once_is_all_there_and_each_reads_it(tmp_path: Path) -> None:
    async def fill(client: Client, letter: str) -> None:
        for number in range(NOTES):
            await told(client, f"Add {letter}{number} to my shopping list.")

    async def run() -> None:
        async with (
            served(tmp_path, "--port", "0") as (_, ready),
            served(tmp_path, "--port", "0") as (_, other_ready),
            talking(ready) as client,
            talking(other_ready) as other,
        ):
            await asyncio.gather(fill(client, "apple"), fill(other, "pear"))
            for each in (client, other):
                words = await told(each, "What is on my shopping list?")
                assert f"{2 * NOTES} items" in words  # It names only the first of them.

    asyncio.run(run())
    kept = decode((tmp_path / "skills.json").read_text("utf-8")).lists["shopping"]
    assert sorted(kept) == sorted(
        f"{fruit}{n}" for fruit in ("apple", "pear") for n in range(NOTES)
    )


def test_a_timer_rings_in_the_engine_that_is_left(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path, "--port", "0") as (_, ready), talking(ready) as client:
            await client.until("session.created")
            async with (
                served(tmp_path, "--port", "0") as (process, other_ready),
                talking(other_ready) as other,
            ):
                await told(other, "Set a timer for 5 seconds.")
                process.kill()
                await process.wait()
            done = await client.until("response.done", lambda e: not _in_conversation(e))
            assert "timer" in done["response"]["output"][0]["content"][0]["transcript"]
        assert decode((tmp_path / "skills.json").read_text("utf-8")).timers == ()

    asyncio.run(run())
