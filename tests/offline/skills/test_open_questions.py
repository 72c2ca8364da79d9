from __future__ import annotations

import pytest

from desktop_app.offline.skills.answers import understand
from desktop_app.offline.skills.scene import Scene
from tests.offline.skills.table import BUSY, NOW

OPEN = (
    "What's the weather?",
    "What is the weather in Paris tomorrow?",
    "Will it rain today?",
    "Who is the president of the United States?",
    "Who is president?",
    "What is the capital of Australia?",
    "How many people live in Tokyo?",
    "How far is the moon?",
    "How far away is the moon?",
    "How long is the Nile?",
    "How long is a marathon in miles?",
    "What time does the supermarket close?",
    "What time is the game tomorrow?",
    "What time is sunset in Berlin?",
    "When is the next World Cup?",
    "When was Albert Einstein born?",
    "What day did the Second World War end?",
    "What is the date of the French Revolution?",
    "How many days did the war last?",
    "How old is the universe?",
    "How tall is Mount Everest?",
    "How tall is the Eiffel Tower in feet?",
    "How many calories are in a banana?",
    "How many ounces of gold are there in Fort Knox?",
    "How much is a bitcoin in dollars?",
    "How much is 100 dollars in euros?",
    "What is the population of France divided by two?",
    "What is love?",
    "What is the meaning of life?",
    "What is the square root of love?",
    "What is two plus blue?",
    "Tell me about the history of Rome.",
    "Who wrote Pride and Prejudice?",
    "What is the speed of light?",
    "How do timers work?",
    "How do I boil an egg?",
    "Why is the sky blue?",
    "Translate good morning into French.",
    "What's the news today?",
    "Play some music.",
    "Turn on the lights.",
    "Call my mother.",
    "Send a message to Anna.",
    "What's the stock price of Apple?",
    "Who won the match yesterday?",
    "Is it safe to take aspirin with alcohol?",
    "Recommend a good book.",
    "Write me a poem about autumn.",
    "What's on TV tonight?",
    "How many days until the next solar eclipse?",
    "How long until the train leaves?",
    "What's the time complexity of quicksort?",
    "What does ephemeral mean?",
    "When is Mother's Day?",
    "When is Ramadan?",
    "Is Pluto a planet?",
    "Are you smarter than Einstein?",
    "What is the best way to learn Spanish?",
    "How many moons does Jupiter have?",
    "What did I say yesterday?",
    "Where is my phone?",
    "What's the fastest animal?",
    "Who invented the telephone?",
    "What is 5?",
    "What is Python?",
    "Remember when we met?",
    "Which timer brand is best?",
    "How much longer will the war last?",
    "How do I cancel my subscription?",
    "What is the alarm code of my house?",
    "What is on the moon?",
    "Set the table.",
    "Set fire to the rain.",
    "Stop the war.",
    "Say what you think about politics.",
    "Open the door.",
    "What is the distance between Paris and London in kilometers?",
    "Convert me to Buddhism.",
    "Roll the credits.",
    "Can you spell out your views on democracy?",
    "Read me a story.",
    "Delete my account.",
    "Who are the Beatles?",
    "How are you made?",
    "What are the odds?",
    "Add me on Facebook.",
    "Remind people of history.",
    "Take me home.",
    "Make me a sandwich.",
    "What year did Columbus sail?",
    "What month is best to visit Japan?",
    "How is the economy doing?",
    "I need help with my taxes.",
    "Sing a song.",
    "What is the tallest building in the world?",
    "what is my name",
    "what is the temperature",
    "what is the temperature outside in celsius",
    "how hot is it",
    "how hot is the sun in celsius",
    "how many grams in a cup of flour",
    "how many cups in an elephant",
    "What is the number of days in the Chinese year?",
)


@pytest.mark.parametrize("question", OPEN)
def test_no_skill_claims_an_open_question(question: str) -> None:
    """Many of them hold the words of a skill: "what is", "set", "how many ... in", "remember"."""
    for written in (question, question.lower().rstrip("?."), f"Hey Parley, {question}"):
        assert understand(written, Scene(NOW, BUSY, last_reply="It's 3:00 p.m.")) is None


@pytest.mark.parametrize("question", OPEN)
def test_an_open_question_does_not_answer_what_a_skill_asked(question: str) -> None:
    scene = Scene(NOW, BUSY, last_reply="For how long?")
    assert understand(question, scene, before="Set a timer.") is None


def test_there_are_enough_of_them() -> None:
    assert len(OPEN) >= 40
