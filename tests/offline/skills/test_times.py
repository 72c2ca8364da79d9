from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.skills.cities import ZONES, say_place, zone_of
from desktop_app.offline.skills.clock_times import next_moment, parse_time, say_time
from desktop_app.offline.skills.dates import (
    feast_in,
    ordinal,
    parse_date,
    say_date,
    say_day,
    say_day_near,
)
from desktop_app.offline.skills.durations import parse_duration, say_duration
from desktop_app.offline.skills.moments import parse_when, say_when, split_when
from desktop_app.offline.skills.phrase import tidy
from tests.offline.skills.table import BERLIN, NOW, at

TODAY = NOW.date()


@given(st.integers(1, 366 * 86_400))
def test_a_length_that_is_said_is_read_again(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse_duration(tidy(say_duration(length, parts=4))) == length


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("half an hour", 1800),
        ("an hour and a half", 5400),
        ("two hours and a half", 9000),
        ("one and a half hours", 5400),
        ("a quarter of an hour", 900),
        ("half hour", 1800),
        ("three quarters of an hour", 2700),
        ("1 hour 20", 4800),
        ("a couple of minutes", 120),
        ("two and a half minutes", 150),
        ("a fortnight", 14 * 86_400),
        ("45 min", 2700),
        ("1 hr 5 mins", 3900),
        ("an hour and a quarter", 4500),
        ("a minute", 60),
    ],
)
def test_lengths_are_read_as_people_say_them(said: str, seconds: int) -> None:
    assert parse_duration(said) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "5",
        "minutes",
        "3 bananas",
        "ten",
        "an",
        "5 minutes 2 hours",
        "0 minutes",
        "2 years",
        "minus 5 minutes",
        "5 minutes of fame",
        "9999999 hours",
        "5 days 3",
    ],
)
def test_what_is_no_length_is_not_guessed(said: str) -> None:
    assert parse_duration(said) is None


@given(st.times())
def test_a_time_of_day_that_is_said_is_read_again(clock: time) -> None:
    clock = clock.replace(second=0, microsecond=0)
    spoken = parse_time(tidy(say_time(clock)))
    assert spoken is not None
    assert (spoken.clock, spoken.certain) == (clock, True)


@pytest.mark.parametrize(
    ("said", "clock", "certain"),
    [
        ("five", time(5), False),
        ("half past five", time(5, 30), False),
        ("quarter to six", time(5, 45), False),
        ("ten past five", time(5, 10), False),
        ("twenty minutes to one", time(0, 40), False),
        ("17:30", time(17, 30), True),
        ("5:30 pm", time(17, 30), True),
        ("5.30 pm", time(17, 30), True),
        ("noon", time(12), True),
        ("midnight", time(0), True),
        ("six o'clock", time(6), False),
        ("530 pm", time(17, 30), True),
        ("nine oh five", time(9, 5), False),
        ("12 am", time(0), True),
        ("12 pm", time(12), True),
        ("10 at night", time(22), True),
        ("2 at night", time(2), True),
        ("8 tonight", time(20), True),
        ("seven thirty in the evening", time(19, 30), True),
        ("five thirty", time(5, 30), False),
    ],
)
def test_times_are_read_as_people_say_them(said: str, clock: time, certain: bool) -> None:
    spoken = parse_time(said)
    assert spoken is not None
    assert (spoken.clock, spoken.certain) == (clock, certain)


@pytest.mark.parametrize("said", ["", "25", "12:75", "13 pm", "lunch", "5 pm sharp", "half five"])
def test_what_is_no_time_is_not_guessed(said: str) -> None:
    assert parse_time(said) is None


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.integers(0, 23), st.integers(0, 59)
)
def test_the_next_moment_is_ahead_and_within_a_day(naive: datetime, hour: int, minute: int) -> None:
    now = naive.replace(tzinfo=BERLIN)
    spoken = parse_time(f"{hour:02d}:{minute:02d}")
    assert spoken is not None
    moment = next_moment(spoken, None, now)
    assert now < moment <= now + timedelta(hours=25)
    assert moment.minute == minute


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_date_that_is_said_is_read_again(day: date) -> None:
    said = say_date(day, date(1, 1, 1)).partition(", ")[2]
    assert parse_date(tidy(said), TODAY) == day


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-400, 400))
def test_a_day_counted_from_today_is_that_far(today: date, ahead: int) -> None:
    said = f"in {ahead} days" if ahead >= 0 else f"{-ahead} days ago"
    assert parse_date(said, today) == today + timedelta(days=ahead)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("friday", date(2026, 11, 27)),
        ("next tuesday", date(2026, 12, 1)),
        ("tuesday", TODAY),
        ("last monday", date(2026, 11, 23)),
        ("the day after tomorrow", date(2026, 11, 26)),
        ("a week from tomorrow", date(2026, 12, 2)),
        ("in a month", date(2026, 12, 24)),
        ("in two weeks", date(2026, 12, 8)),
        ("the fifth", date(2026, 12, 5)),
        ("twenty first of march", date(2027, 3, 21)),
        ("february 29th", date(2028, 2, 29)),
        ("january first twenty twenty eight", date(2028, 1, 1)),
        ("2027 - 05 - 04", date(2027, 5, 4)),
        ("new year's eve", date(2026, 12, 31)),
        ("thanksgiving", date(2026, 11, 26)),
        ("christmas this year", date(2026, 12, 25)),
        ("the thirty first", date(2026, 12, 31)),
    ],
)
def test_days_are_read_as_people_say_them(said: str, day: date) -> None:
    assert parse_date(said, TODAY) == day


@pytest.mark.parametrize(
    "said", ["", "february 30th", "in 9999999 years", "the war", "month", "0th"]
)
def test_what_is_no_day_is_not_guessed(said: str) -> None:
    assert parse_date(said, TODAY) is None


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
        (1818, date(1818, 3, 22)),
    ],
)
def test_easter_is_when_the_churches_keep_it(year: int, easter: date) -> None:
    assert feast_in("easter", year) == easter


def test_days_are_said_as_people_refer_to_them() -> None:
    near = [say_day_near(TODAY + timedelta(days=ahead), TODAY) for ahead in (-1, 0, 1, 3, 40)]
    assert near == ["yesterday", "today", "tomorrow", "on Friday", "on January 3rd, 2027"]
    assert say_day(TODAY) == "Tuesday, November 24th"
    endings = {ordinal(number)[-2:] for number in (11, 12, 13, 30)}
    assert endings == {"th"}
    assert [ordinal(number) for number in (1, 22, 103)] == ["1st", "22nd", "103rd"]


@pytest.mark.parametrize(
    ("said", "waking", "due", "weekdays"),
    [
        ("at 5", False, at(17), ()),
        ("at 5", True, at(17), ()),
        ("tomorrow at 7", True, at(7, day=25), ()),
        ("at 3 tomorrow", False, at(15, day=25), ()),
        ("at 3 tomorrow", True, at(3, day=25), ()),
        ("on friday at noon", False, at(12, day=27), ()),
        ("in an hour and a half", False, at(16, 30), ()),
        ("20 minutes from now", False, at(15, 20), ()),
        ("tonight", False, at(20), ()),
        ("tonight at 8", False, at(20), ()),
        ("midnight", False, at(0, day=25), ()),
        ("tomorrow morning at 7", True, at(7, day=25), ()),
        ("tomorrow evening", False, at(19, day=25), ()),
        ("december 5th at 5:30 pm", False, at(17, 30, 5, 12), ()),
        ("in 2 days at 5", False, at(17, day=26), ()),
        ("in 3 days", False, at(15, day=27), ()),
        ("every day at 7", True, at(7, day=25), (0, 1, 2, 3, 4, 5, 6)),
        ("every morning at 7", True, at(7, day=25), (0, 1, 2, 3, 4, 5, 6)),
        ("weekends at 10 am", True, at(10, day=28), (5, 6)),
        ("every monday at 9", True, at(9, day=30), (0,)),
        ("every evening", False, at(19), (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_moments_are_read_as_people_say_them(
    said: str, waking: bool, due: datetime, weekdays: tuple[int, ...]
) -> None:
    when = parse_when(said, NOW, waking=waking)
    assert when is not None
    assert (when.due, when.weekdays) == (due, weekdays)


@pytest.mark.parametrize(
    "said", ["", "yesterday at 5", "today at 2 pm", "soon", "for 20 minutes", "5 eggs"]
)
def test_what_is_no_moment_to_come_is_not_guessed(said: str) -> None:
    assert parse_when(said, NOW) is None


@pytest.mark.parametrize(
    ("said", "task", "due"),
    [
        ("call mum at five", "call mum", at(17)),
        ("in ten minutes check the oven", "check the oven", at(15, 10)),
        ("tomorrow to feed the cat", "feed the cat", at(9, day=25)),
        ("be ready by 5 pm", "be ready", at(17)),
        ("take 5 pills at 7:30 pm", "take 5 pills", at(19, 30)),
    ],
)
def test_a_moment_is_found_at_either_end(said: str, task: str, due: datetime) -> None:
    split = split_when(said, NOW)
    assert split is not None
    assert (split[0], split[1].due) == (task, due)


@pytest.mark.parametrize(
    "said", ["buy eggs 12", "buy milk on the way home", "walk for 20 minutes", "run"]
)
def test_a_task_without_a_moment_has_none(said: str) -> None:
    assert split_when(said, NOW) is None


def test_an_hour_is_an_hour_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)  # At three it is two again.
    when = parse_when("in 1 hour", before)
    assert when is not None
    assert when.due.timestamp() - before.timestamp() == 3600
    tomorrow = parse_when(
        "tomorrow at 7", datetime(2026, 10, 24, 22, 0, tzinfo=BERLIN), waking=True
    )
    assert tomorrow is not None
    assert (tomorrow.due.hour, tomorrow.due.utcoffset()) == (7, timedelta(hours=1))


def test_moments_are_said_shortly_when_they_are_near() -> None:
    said = [
        say_when(when, NOW)
        for text in ("at 5", "tomorrow at 7", "every weekday at 6 am", "every monday at 9 am")
        if (when := parse_when(text, NOW))
    ]
    assert said == [
        "at 5:00 p.m.",
        "at 7:00 a.m. tomorrow",
        "at 6:00 a.m. every weekday",
        "at 9:00 a.m. every Monday",
    ]


@pytest.mark.parametrize("place", sorted(ZONES))
def test_every_place_has_a_zone_that_exists(place: str) -> None:
    assert isinstance(zone_of(place), ZoneInfo)


def test_sixty_large_cities_are_known_and_said_with_capitals() -> None:
    assert len(ZONES) >= 60
    assert [say_place(name) for name in ("new york", "rio de janeiro", "the uk", "utc")] == [
        "New York",
        "Rio de Janeiro",
        "the UK",
        "UTC",
    ]
    assert zone_of("atlantis") is None
