from __future__ import annotations

import asyncio
import json
import zoneinfo
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.realtime import RealtimeFunctionTool

from desktop_app.adapters import desk_tools
from desktop_app.adapters.desk_tools import MAX_OUTPUT_BYTES, DeskTools
from desktop_app.ports import ToolProvider

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
NAMES = ["current_date_and_time", "days_between", "date_after"]


def provider(now: datetime = NEW_YEAR) -> ToolProvider:
    return DeskTools(lambda: now, BERLIN)


def call(name: str, arguments: str | dict[str, Any] = "") -> str:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return asyncio.run(provider().call(name, text))


def answer(name: str, **arguments: object) -> dict[str, Any]:
    value = json.loads(call(name, arguments))
    assert isinstance(value, dict)
    return value


def test_the_declarations_are_what_a_session_takes() -> None:
    specs = provider().specs()
    assert [spec["name"] for spec in specs] == NAMES
    for spec in specs:
        tool = RealtimeFunctionTool.model_validate(spec)
        assert tool.type == "function"
        assert tool.description
        assert isinstance(tool.parameters, dict)
        assert set(tool.parameters) == {
            "type",
            "properties",
            "required",
            "additionalProperties",
        }


def test_the_clock_shows_the_user_s_own_time() -> None:
    assert answer("current_date_and_time") == {
        "date": "2027-01-01",
        "weekday": "Friday",
        "time": "00:30:00",
        "timezone": "Europe/Berlin",
        "utc_offset": "+01:00",
    }


@pytest.mark.parametrize(
    ("zone", "name", "date", "time", "offset"),
    [
        ("America/New_York", "America/New_York", "2026-12-31", "18:30:00", "-05:00"),
        ("america/new york", "America/New_York", "2026-12-31", "18:30:00", "-05:00"),
        ("Tokyo", "Asia/Tokyo", "2027-01-01", "08:30:00", "+09:00"),
        ("Asia/Kathmandu", "Asia/Kathmandu", "2027-01-01", "05:15:00", "+05:45"),
        ("UTC", "UTC", "2026-12-31", "23:30:00", "+00:00"),
    ],
)
def test_the_clock_shows_the_time_of_any_zone(
    zone: str, name: str, date: str, time: str, offset: str
) -> None:
    there = answer("current_date_and_time", timezone=zone)
    assert there["timezone"] == name
    assert (there["date"], there["time"], there["utc_offset"]) == (date, time, offset)


def test_without_a_zone_of_the_test_the_system_s_is_used() -> None:
    there = json.loads(asyncio.run(DeskTools().call("current_date_and_time", "{}")))
    assert there["timezone"]
    assert there["date"][:2] == "20"


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-12-24", "2027-01-01", 8),
        ("2027-01-01", "2026-12-24", -8),
        ("2028-02-28", "2028-03-01", 2),
        (None, "2027-01-02", 1),
        ("today", "", 0),
    ],
)
def test_days_are_counted_from_date_to_date_and_today_is_the_user_s(
    start: str | None, end: str, days: int
) -> None:
    assert answer("days_between", start=start, end=end)["days"] == days


def test_a_date_so_many_days_on_has_its_weekday() -> None:
    assert answer("date_after", days=100) == {
        "start": {"date": "2027-01-01", "weekday": "Friday"},
        "date": {"date": "2027-04-11", "weekday": "Sunday"},
    }
    assert answer("date_after", start="2027-01-01", days=-1.0)["date"]["date"] == "2026-12-31"


def test_a_call_without_arguments_is_one_with_none() -> None:
    assert call("current_date_and_time", " ") == call("current_date_and_time", "{}")


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("open_the_door", "{}", "no tool"),
        ("date_after", "", "days is missing"),
        ("date_after", "{", "not valid JSON"),
        ("date_after", "[" * 100_000, "not valid JSON"),
        ("date_after", "[3]", "JSON object"),
        ("date_after", '{"days": null}', "days is missing"),
        ("date_after", '{"days": "3"}', "whole number"),
        ("date_after", '{"days": true}', "whole number"),
        ("date_after", '{"days": 1.5}', "whole number"),
        ("date_after", '{"days": Infinity}', "whole number"),
        ("date_after", '{"days": 1000000000000}', "whole number"),
        ("date_after", '{"days": 400000, "start": "9999-12-31"}', "beyond the calendar"),
        ("days_between", '{"start": "tomorrow"}', "YYYY-MM-DD"),
        ("days_between", '{"start": "2026-02-30"}', "YYYY-MM-DD"),
        ("days_between", '{"start": 20261231}', "string"),
        ("days_between", '{"from": "2026-12-31"}', "no argument from"),
        ("current_date_and_time", '{"timezone": "Mars/Olympus"}', "no such time zone"),
        ("current_date_and_time", '{"timezone": "../../etc/passwd"}', "no such time zone"),
        ("current_date_and_time", '{"timezone": "Europe"}', "no such time zone"),
        ("current_date_and_time", '{"timezone": "louisville"}', "Several"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_in_its_output(
    name: str, arguments: str, word: str
) -> None:
    output = call(name, arguments)
    assert output.startswith("Error: ")
    assert word in output


@given(
    st.sampled_from(NAMES) | st.text(),
    st.text()
    | st.dictionaries(
        st.sampled_from(["timezone", "start", "end", "days"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str),
    ).map(json.dumps),
)
def test_whatever_the_server_sends_there_is_a_short_output(name: str, arguments: str) -> None:
    output = provider()._answer(name, arguments)  # type: ignore[attr-defined]
    assert output
    assert len(desk_tools._capped(output).encode(errors="replace")) <= MAX_OUTPUT_BYTES


def test_a_long_output_is_cut_and_says_so() -> None:
    output = call("é" * 10_000)
    assert len(output.encode()) <= MAX_OUTPUT_BYTES
    assert output.endswith("[the rest was cut off]")


def test_half_a_character_does_not_come_back() -> None:
    assert "argument ?" in call("days_between", '{"\\ud800": 1}')


def test_a_bug_in_a_tool_is_an_output_too(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> datetime:
        raise ZeroDivisionError

    output = asyncio.run(DeskTools(broken).call("current_date_and_time", "{}"))
    assert output == "Error: the tool failed (ZeroDivisionError)."
    assert "Traceback" in caplog.text
