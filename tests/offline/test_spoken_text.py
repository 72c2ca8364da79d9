from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.spoken_numbers import cardinal, number, ordinal, year
from desktop_app.offline.spoken_text import spoken

SAID = [
    # times
    ("It's 7:30 p.m. now.", "It's seven thirty PM now."),
    ("At 7 pm or 7:05am.", "At seven PM or seven oh five AM."),
    ("at 7.30 pm", "at seven thirty PM"),
    ("14:05, 7:00, 0:00", "fourteen oh five, seven o'clock, midnight"),
    ("It is 5 p.m. The end.", "It is five PM. The end."),
    ("It took 1:02:03", "It took one oh two and three seconds"),
    ("The score is 3:2.", "The score is three to two."),
    # dates
    ("on 2026-11-24.", "on November twenty-fourth, twenty twenty-six."),
    ("Nov 24, 2026", "November twenty-fourth, twenty twenty-six"),
    ("3rd of March 2024", "March third, twenty twenty-four"),
    ("12/25/2025 and 25/12/2025", "December twenty-fifth, twenty twenty-five and December "
     "twenty-fifth, twenty twenty-five"),
    ("1984, 2005, the 1980s", "nineteen eighty-four, two thousand five, the nineteen eighties"),
    ("in May 2025", "in May twenty twenty-five"),
    # money
    ("$5, $1, $1.50", "five dollars, one dollar, one dollar and fifty cents"),
    ("€3 million", "three million euros"),
    ("3,50 € or £0.99", "three euros and fifty cents or ninety-nine pence"),
    ("$1,200.00 and 20 USD", "one thousand two hundred dollars and twenty dollars"),
    ("¥500", "five hundred yen"),
    # measures
    ("20 °C or -5°F", "twenty degrees Celsius or minus five degrees Fahrenheit"),
    ("1 km, 5 km at 60 km/h", "one kilometer, five kilometers at sixty kilometers per hour"),
    ("6 ft, 100%, 2.4 GHz", "six feet, one hundred percent, two point four gigahertz"),
    ("5-10 km, pages 3–5", "five to ten kilometers, pages three to five"),
    ("I'm 5'10\" tall", "I'm five foot ten tall"),
    ("5 min left", "five minutes left"),
    # numbers
    ("1,234,567", "one million two hundred thirty-four thousand five hundred sixty-seven"),
    ("3.14 and .5 and -3", "three point one four and zero point five and minus three"),
    ("2 1/2 cups, 1½ hours, 3/4", "two and a half cups, one and a half hours, three quarters"),
    ("1st, 22nd, #1", "first, twenty-second, number one"),
    ("1.5M users, 5k more", "one point five million users, five thousand more"),
    ("Version 3.11.7", "Version three point eleven point seven"),
    ("Call 555-0100", "Call five five five zero one zero zero"),
    ("agent 007", "agent zero zero seven"),
    ("MP3 and H2O", "MP three and H two O"),
    # sums
    ("17 × 23 = 391", "seventeen times twenty-three equals three hundred ninety-one"),
    ("2 + 2 = 4", "two plus two equals four"),
    ("10 - 3 = 7; 3-2=1", "ten minus three equals seven; three minus two equals one"),
    ("5 * 6, 10 / 2, x^2, 7²", "five times six, ten over two, x squared, seven squared"),
    ("a < b, 5 >= 3", "a less than b, five at least three"),
    # abbreviations
    ("Dr. Smith, e.g. on Main St.", "Doctor Smith, for example on Main Street"),
    ("St. Mary vs. Mr. Lee etc.", "Saint Mary versus Mister Lee et cetera."),
    ("AT&T and/or he/she, 24/7", "AT and T and or he or she, twenty-four seven"),
    ("The U.S. economy", "The US economy"),
    # markup
    ("**Bold**, _it_, `code` and ~~gone~~", "Bold, it, code and gone"),
    ("# Title\n- one\n- two", "Title. one. two"),
    ("1. three\n2) four", "one, three. two, four"),
    ("> quoted\n\n---\n\nend", "quoted. end"),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b. one, two"),
    ("See [the docs](https://a.b/c).", "See the docs."),
    ("![A cat](cat.png)", "A cat"),
    ("Go to https://www.example.com/docs/start.", "Go to example dot com slash docs slash start."),
    ("Go to http://example.com/x?id=a8f7&b=2", "Go to example dot com slash x"),
    ("Mail bob.smith@example.com!", "Mail bob dot smith at example dot com!"),
    ("```py\nx = 1\n```\nDone.", "There is some code here, which you can read in the transcript. "
     "Done."),
    ("a <b>bold</b> &amp; more", "a bold and more"),
    ("Great! 🎉👍🏽 Let's go ❤️", "Great! Let's go"),
    ("snake_case and report_v2.pdf", "snake case and report v two dot pdf"),
    ("AI — the future — is (half) done...", "AI, the future, is, half, done..."),
    ("", ""),
    ("***", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID)
def test_a_reply_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written) == said


def test_a_german_voice_gets_its_figures_as_they_are_and_no_markdown() -> None:
    assert spoken("**Um 7:30 Uhr**, 5 km 🎉", "de-DE") == "Um 7:30 Uhr, 5 km"


@given(st.text(max_size=300))
def test_any_text_can_be_said_without_markdown_or_figures(text: str) -> None:
    said = spoken(text)
    assert not set(said) & set("*_#`~|<>[]{}\\^=")
    assert not any(char in "0123456789" for char in said)


figures = st.text(st.sampled_from(list("0123456789.,:-/+$€%°CF kmx*^=()'\"#pa")), max_size=60)


@given(figures)
def test_any_heap_of_figures_can_be_said(text: str) -> None:
    assert not any(char.isdigit() for char in spoken(text))


@given(
    st.lists(st.sampled_from(["**", "_", "`", "```", "# ", "- ", "[a](b)", "|", "\n", "x ", "1. "]))
)
def test_any_broken_markdown_can_be_said(parts: list[str]) -> None:
    assert not set(spoken("".join(parts))) & set("*_#`|[]")


@given(st.text(st.sampled_from(list("abc XYZ,.!?'")), max_size=100))
def test_plain_words_stay_as_they_are(text: str) -> None:
    letters = [char for char in text if char.isalpha()]
    said = [char for char in spoken(text.replace(".", "")) if char.isalpha()]
    assert said == letters


def test_numbers_are_spelled() -> None:
    assert cardinal(0) == "zero"
    assert cardinal(-19) == "minus nineteen"
    assert cardinal(1_000_000) == "one million"
    assert cardinal(10**20).startswith("one zero zero")
    assert [ordinal(n) for n in (1, 3, 12, 20, 21, 100)] == [
        "first",
        "third",
        "twelfth",
        "twentieth",
        "twenty-first",
        "one hundredth",
    ]
    assert [year(n) for n in (1066, 1900, 1905, 2000, 2010, 800)] == [
        "ten sixty-six",
        "nineteen hundred",
        "nineteen oh five",
        "two thousand",
        "twenty ten",
        "eight hundred",
    ]
    assert number("-1,234.50") == "minus one thousand two hundred thirty-four point five zero"
    assert number("1" * 30).count(" ") == 29
