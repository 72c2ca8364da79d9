"""What people say to the built-in skills, each in several ways, and what has to come of it.

The moment is Tuesday, November 24th, 2026, three in the afternoon in Berlin.  The desk is `DESK`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop_app.offline.skills.desk import (
    AddItems,
    CancelTimers,
    Deed,
    Desk,
    MoveTimer,
    RemoveItems,
    SetTimer,
    Timer,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=BERLIN)
BUSY = Desk(
    timers=(
        Timer(1, "timer", datetime(2026, 11, 24, 15, 4, 10, tzinfo=BERLIN), "pasta", 600),
        Timer(2, "timer", datetime(2026, 11, 24, 16, 30, tzinfo=BERLIN), "", 7200),
        Timer(3, "reminder", datetime(2026, 11, 24, 17, 0, tzinfo=BERLIN), "call my mum"),
        Timer(4, "alarm", datetime(2026, 11, 25, 7, 0, tzinfo=BERLIN)),
    ),
    lists={
        "shopping": ("milk", "eggs", "Earl Grey"),
        "to-do": ("call Peter",),
        "notes": ("the key is under the mat", "Anna likes tulips"),
    },
    next_number=5,
)
EMPTY = Desk()
ONE = Desk(timers=BUSY.timers[:1], next_number=2)


@dataclass(frozen=True)
class Row:
    """Sentences that mean the same, and what must come of each."""

    intent: str
    answer: str
    ways: tuple[str, ...]
    deeds: tuple[Deed, ...] = ()
    desk: Desk = EMPTY
    wish: tuple[str, dict[str, object]] | None = None


def at(hour: int, minute: int = 0, day: int = 24, month: int = 11, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=BERLIN)


def timer(seconds: int, due: datetime, name: str = "") -> tuple[Deed, ...]:
    return (SetTimer("timer", due, name, seconds),)


TIME = (
    Row(
        "time",
        "It's 3:00 p.m.",
        (
            "What time is it?",
            "what's the time",
            "What is the time, please?",
            "Time.",
            "Could you tell me what time it is?",
            "Hey Parley, what time is it now?",
            "Do you have the time?",
            "Tell me the time.",
            "What’s the current time?",
            "Um, what time is it?",
        ),
    ),
    Row(
        "time_in",
        "In Tokyo it's 11:00 p.m.",
        (
            "What time is it in Tokyo?",
            "What's the time in Tokyo right now?",
            "time in tokyo",
            "Tell me the time in Tokyo.",
            "What's the current time in Tokyo?",
        ),
    ),
    Row(
        "time_in",
        "In New York it's 9:00 a.m.",
        (
            "What time is it in New York?",
            "Can you tell me the time in New York, please?",
            "What is the local time in New York?",
            "And what time is it in NYC?",
        ),
    ),
    Row(
        "time_in",
        "In Sydney it's 1:00 a.m. tomorrow.",
        ("What time is it in Sydney?", "the time in sydney"),
    ),
    Row("time_in", "I don't know the time zone of Gotham.", ("What time is it in Gotham?",)),
    Row(
        "time_in",
        "United States has more than one time zone. Which city do you mean?",
        ("What time is it in the United States?", "what's the time in the united states"),
    ),
    Row(
        "time_difference",
        "London is 1 hour behind you.",
        (
            "What's the time difference to London?",
            "how far behind is london",
            "What is the time difference with London?",
        ),
    ),
    Row(
        "date",
        "Today is Tuesday, November 24th, 2026.",
        (
            "What's the date?",
            "What day is it today?",
            "what is today's date",
            "What's today?",
            "Which day is it?",
            "Tell me the date, please.",
            "What date is it today?",
            "What day of the week is it?",
        ),
    ),
    Row("period", "It's 2026.", ("What year is it?", "Which year are we in?")),
    Row("period", "It's November.", ("What month is it?", "what is the current month")),
    Row(
        "period",
        "It's week 48.",
        ("What week is it?", "What week number is it?", "Which week are we in?"),
    ),
    Row(
        "date_of",
        "Tomorrow is Wednesday, November 25th.",
        (
            "What day is tomorrow?",
            "What's the date tomorrow?",
            "what date is it tomorrow",
            "What day will it be tomorrow?",
        ),
    ),
    Row(
        "date_of",
        "In three days is Friday, November 27th.",
        (
            "What day is it in three days?",
            "What date will it be in three days?",
            "what is the date in three days",
        ),
    ),
    Row(
        "date_of",
        "Christmas is Friday, December 25th.",
        (
            "What day is Christmas?",
            "When is Christmas?",
            "On what day does Christmas fall?",
            "what day of the week is christmas",
        ),
    ),
    Row(
        "date_of",
        "Yesterday was Monday, November 23rd.",
        ("What day was yesterday?", "What is the date yesterday?"),
    ),
    Row(
        "date_of", "Easter is Sunday, March 28th, 2027.", ("When is Easter?", "What day is Easter?")
    ),
    Row(
        "date_of",
        "December 5th is Saturday, December 5th.",
        (
            "What day is December 5th?",
            "what day of the week is december 5th",
            "On which day is December 5th?",
        ),
    ),
    Row(
        "until",
        "There are 31 days until Christmas.",
        (
            "How many days until Christmas?",
            "How many days are left until Christmas?",
            "How long is it until Christmas?",
            "How many sleeps till Christmas?",
            "days until christmas",
            "How far away is Christmas?",
            "How many days is it to Christmas?",
        ),
    ),
    Row(
        "until",
        "There are 4 weeks and 3 days until Christmas.",
        ("How many weeks until Christmas?", "how many weeks are left till christmas"),
    ),
    Row(
        "until",
        "It's 2 hours until 5:00 p.m.",
        ("How long until 5 p.m.?", "How long is it until 5 pm", "How long until five o'clock?"),
    ),
    Row(
        "since",
        "It's been 30 days since Sunday, October 25th.",
        ("How many days since October 25th?",),
    ),
    Row(
        "month_length",
        "February 2026 has 28 days.",
        (
            "How many days are in February?",
            "How many days does February have?",
            "how many days in february",
        ),
    ),
    Row("leap_year", "2028 is a leap year.", ("Is 2028 a leap year?", "Will 2028 be a leap year?")),
    Row("leap_year", "The next leap year is 2028.", ("When is the next leap year?",)),
)

TEN = timer(600, at(15, 10))
TIMERS = (
    Row(
        "timer_set",
        "Timer set for 10 minutes.",
        (
            "Set a timer for 10 minutes.",
            "set a timer for ten minutes",
            "Start a ten-minute timer, please.",
            "Could you set a 10 minute timer?",
            "Timer for ten minutes",
            "10 minute timer",
            "Please start a timer of 10 minutes.",
            "Set timer 10 minutes",
            "I'd like a timer for ten minutes.",
            "Create a timer for 10 min.",
            "Count down from ten minutes",
            "OK, give me a 10-minute timer.",
        ),
        TEN,
    ),
    Row(
        "timer_set",
        "Timer set for 30 seconds.",
        (
            "Set a timer for 30 seconds.",
            "thirty second timer",
            "Set a 30-second timer",
            "start a timer for half a minute",
        ),
        timer(30, at(15, 0, second=30)),
    ),
    Row(
        "timer_set",
        "Timer set for 1 hour and 30 minutes.",
        (
            "Set a timer for an hour and a half.",
            "Set a timer for one and a half hours",
            "start a 90 minute timer",
            "Set a timer for 1 hour and 30 minutes.",
            "Set a timer for one hour thirty minutes",
            "Set a timer for 1.5 hours.",
        ),
        timer(5400, at(16, 30)),
    ),
    Row(
        "timer_set",
        "Eggs timer set for 5 minutes.",
        (
            "Start a 5 minute timer for the eggs.",
            "Set a timer for five minutes called eggs",
            "Set an eggs timer for 5 minutes.",
            "Set a timer for 5 minutes for the eggs",
        ),
        timer(300, at(15, 5), "eggs"),
    ),
    Row(
        "timer_ask",
        "Pasta timer set for 8 minutes.",
        ("Set an 8 minute pasta timer.", "start an eight-minute pasta timer"),
        timer(480, at(15, 8), "pasta"),
    ),
    Row(
        "timer_ask",
        "For how long?",
        ("Set a timer.", "Start a timer", "Can you set a timer?", "timer"),
    ),
    Row(
        "timer_left",
        "4 minutes and 10 seconds left on the pasta timer.",
        (
            "How much time is left on the pasta timer?",
            "How long is left on my pasta timer?",
            "How much longer on the pasta timer?",
            "When will the pasta timer go off?",
            "What's left on the pasta timer?",
            "Check the pasta timer.",
            "How long does the pasta timer have left?",
        ),
        desk=BUSY,
    ),
    Row(
        "timer_left",
        "4 minutes and 10 seconds left on the pasta timer.",
        (
            "How much time is left?",
            "How long is left on the timer?",
            "How much longer?",
            "when does my timer end",
            "time left on the timer",
        ),
        desk=ONE,
    ),
    Row(
        "timer_left",
        "No timer is running.",
        ("How much time is left?", "how long is left on the timer"),
    ),
    Row("timer_left", "There is no tea timer.", ("How long is left on the tea timer?",), desk=BUSY),
    Row(
        "timers_list",
        "You have 2 timers: pasta timer, 4 minutes and 10 seconds left; "
        "2 hour timer, 1 hour and 30 minutes left.",
        (
            "What timers are running?",
            "Which timers do I have?",
            "List my timers.",
            "Show me all my timers",
            "How many timers are running?",
            "What are my timers?",
        ),
        desk=BUSY,
    ),
    Row(
        "timers_list",
        "You have no timers.",
        ("What timers are running?", "List timers", "Do I have any timers?"),
    ),
    Row(
        "timer_cancel",
        "Cancelled the pasta timer.",
        (
            "Cancel the pasta timer.",
            "Stop the pasta timer",
            "Delete my pasta timer.",
            "Turn off the pasta timer",
            "Please cancel the 10 minute timer.",
        ),
        (CancelTimers((1,)),),
        BUSY,
    ),
    Row(
        "timer_cancel",
        "Cancelled the pasta timer.",
        ("Cancel the timer.", "stop timer", "Cancel my timer, please", "Turn the timer off."),
        (CancelTimers((1,)),),
        ONE,
    ),
    Row("timer_cancel", "No timer is running.", ("Cancel the timer.", "stop the timer")),
    Row(
        "timers_cancel_all",
        "Cancelled 2 timers.",
        (
            "Cancel all timers.",
            "Stop all my timers",
            "Cancel my timers",
            "delete all timers please",
        ),
        (CancelTimers((1, 2)),),
        BUSY,
    ),
    Row(
        "timer_add",
        "Added 5 minutes. 9 minutes and 10 seconds left.",
        (
            "Add five minutes to the timer.",
            "Add 5 minutes to my timer",
            "Extend the timer by 5 minutes.",
            "Add 5 minutes to the pasta timer",
        ),
        (MoveTimer(1, at(15, 9, second=10)),),
        ONE,
    ),
    Row(
        "timer_cannot",
        "I can't pause timers, only set and cancel them.",
        ("Pause the timer.", "Resume my pasta timer"),
        desk=ONE,
    ),
    Row(
        "alarm_set",
        "Alarm set for 7:00 a.m. tomorrow.",
        (
            "Set an alarm for 7 a.m.",
            "Wake me up at 7 am",
            "Set an alarm for seven in the morning.",
            "Set an alarm for tomorrow at 7.",
            "Wake me up tomorrow at seven.",
            "Alarm for 7 am tomorrow",
            "Wake me at 7 o'clock tomorrow morning.",
            "I need to get up at 7 a.m.",
            "Set my alarm for 7:00 a.m.",
        ),
        (SetTimer("alarm", at(7, day=25)),),
    ),
    Row(
        "alarm_set",
        "Alarm set for 5:30 p.m.",
        (
            "Set an alarm for 5:30 pm",
            "Set an alarm for half past five.",
            "Wake me up at 5:30 p.m.",
            "set an alarm for five thirty pm",
            "Set an alarm for 17:30.",
            "alarm at 5.30 pm",
        ),
        (SetTimer("alarm", at(17, 30)),),
    ),
    Row(
        "alarm_set",
        "Alarm set for 6:30 a.m. every weekday.",
        (
            "Set an alarm for 6:30 every weekday.",
            "Wake me up every weekday at half past six",
            "Set an alarm for 6:30 a.m. on weekdays.",
        ),
        (SetTimer("alarm", at(6, 30, 25), weekdays=(0, 1, 2, 3, 4)),),
    ),
    Row(
        "alarm_set",
        "Alarm set for 3:20 p.m.",
        (
            "Wake me up in 20 minutes.",
            "Set an alarm for 20 minutes",
            "set an alarm in twenty minutes",
            "wake me in 20 minutes please",
        ),
        (SetTimer("alarm", at(15, 20)),),
    ),
    Row("alarm_ask", "For what time?", ("Set an alarm.", "Wake me up", "Can you set an alarm?")),
    Row(
        "alarm_when",
        "Your next alarm is at 7:00 a.m. tomorrow.",
        ("When is my next alarm?", "What time is my alarm set for?", "When does my alarm go off?"),
        desk=BUSY,
    ),
    Row(
        "timers_list",
        "You have 1 alarm: at 7:00 a.m. tomorrow.",
        (
            "What alarms do I have?",
            "List my alarms",
            "Do I have any alarms set?",
            "Is there an alarm set?",
        ),
        desk=BUSY,
    ),
    Row(
        "timer_cancel",
        "Cancelled the alarm.",
        (
            "Cancel my alarm.",
            "Turn off the 7 a.m. alarm",
            "Delete the alarm for 7 am.",
            "turn off the alarm",
        ),
        (CancelTimers((4,)),),
        BUSY,
    ),
    Row(
        "reminder_set",
        "I'll remind you to call Mum at 5:00 p.m.",
        (
            "Remind me to call Mum at five.",
            "Remind me at 5 pm to call Mum.",
            "Please remind me to call Mum at 5 o'clock",
            "Set a reminder to call Mum at 5 p.m.",
            "Can you remind me to call Mum at 5:00 PM?",
        ),
        (SetTimer("reminder", at(17), "call Mum"),),
    ),
    Row(
        "reminder_set",
        "I'll remind you to check the oven at 3:10 p.m.",
        (
            "Remind me in ten minutes to check the oven.",
            "Remind me to check the oven in 10 minutes",
            "Set a reminder in 10 minutes to check the oven",
        ),
        (SetTimer("reminder", at(15, 10), "check the oven"),),
    ),
    Row(
        "reminder_set",
        "I'll remind you about the meeting at 9:00 a.m. tomorrow.",
        (
            "Remind me about the meeting tomorrow at 9.",
            "Remind me tomorrow at nine about the meeting",
        ),
        (SetTimer("reminder", at(9, day=25), "the meeting"),),
    ),
    Row(
        "reminder_set",
        "When shall I remind you?",
        ("Remind me to buy milk.", "remind me to walk the dog for 20 minutes"),
    ),
    Row("reminder_ask", "What shall I remind you of, and when?", ("Set a reminder.", "Remind me")),
    Row(
        "timers_list",
        "You have 1 reminder: at 5:00 p.m.: call your mum.",
        ("What reminders do I have?", "List my reminders", "What are my reminders?"),
        desk=BUSY,
    ),
    Row(
        "timer_cancel",
        "Cancelled the reminder to call your mum.",
        ("Cancel the reminder.", "Delete my reminder to call my mum"),
        (CancelTimers((3,)),),
        BUSY,
    ),
    Row(
        "snooze", "Nothing has just rung.", ("Snooze.", "Snooze for 5 minutes", "five more minutes")
    ),
)

LISTS = (
    Row(
        "list_add",
        "Added milk, eggs and bread to your shopping list.",
        (
            "Add milk, eggs and bread to my shopping list.",
            "Put milk, eggs, and bread on the shopping list",
            "Add milk, some eggs and bread to the grocery list.",
            "Please add milk and eggs and bread to my shopping list.",
            "Could you put milk, eggs and bread on my shopping list?",
            "We need to buy milk, eggs and bread.",
        ),
        (AddItems("shopping", ("milk", "eggs", "bread")),),
    ),
    Row(
        "list_add",
        "Added Darjeeling to your shopping list.",
        (
            "Add Darjeeling to my shopping list.",
            "put Darjeeling on the list",
            "Add Darjeeling to the list, please",
            "We are out of Darjeeling.",
        ),
        (AddItems("shopping", ("Darjeeling",)),),
        BUSY,
    ),
    Row(
        "list_add",
        "Milk is already on your shopping list.",
        ("Add milk to my shopping list.",),
        desk=BUSY,
    ),
    Row(
        "list_add",
        "Added water the plants to your to-do list.",
        (
            "Add water the plants to my to-do list.",
            "Put water the plants on my to do list",
            "add water the plants to my todo list",
        ),
        (AddItems("to-do", ("water the plants",)),),
    ),
    Row(
        "list_add",
        "Added socks to your packing list.",
        ("Add socks to my packing list.", "put socks on the packing list"),
        (AddItems("packing", ("socks",)),),
    ),
    Row(
        "list_read",
        "Your shopping list has 3 items: milk, eggs and Earl Grey.",
        (
            "What's on my shopping list?",
            "Read my shopping list.",
            "What is on the grocery list?",
            "Read me the shopping list please",
            "What do I need to buy?",
            "Show me my shopping list",
            "my shopping list",
        ),
        desk=BUSY,
    ),
    Row(
        "list_read",
        "Your to-do list has 1 item: call Peter.",
        (
            "What's on my to-do list?",
            "Read my to do list",
            "What do I have to do today?",
            "What are my tasks?",
        ),
        desk=BUSY,
    ),
    Row(
        "list_read",
        "Your shopping list is empty.",
        ("What's on my shopping list?", "Is there anything on my shopping list?"),
    ),
    Row(
        "list_has",
        "Yes, milk is on your shopping list.",
        (
            "Is milk on my shopping list?",
            "Is milk already on the list?",
            "Do I have milk on my shopping list?",
        ),
        desk=BUSY,
    ),
    Row(
        "list_has",
        "No, butter is not on your shopping list.",
        ("Is butter on my shopping list?",),
        desk=BUSY,
    ),
    Row(
        "list_remove",
        "Removed eggs from your shopping list.",
        (
            "Remove eggs from my shopping list.",
            "Take the eggs off my shopping list",
            "Cross eggs off the shopping list.",
            "Delete eggs from the list",
        ),
        (RemoveItems("shopping", (1,)),),
        BUSY,
    ),
    Row(
        "list_remove",
        "I can't find butter on your shopping list.",
        ("Remove butter from my shopping list.",),
        desk=BUSY,
    ),
    Row(
        "list_clear",
        "Cleared your shopping list of 3 items.",
        (
            "Clear my shopping list.",
            "Empty the shopping list",
            "Delete everything from my shopping list",
            "Wipe my shopping list, please",
        ),
        (RemoveItems("shopping", (0, 1, 2)),),
        BUSY,
    ),
    Row(
        "list_start",
        "Tell me what to add to your packing list.",
        ("Make a packing list.", "Create a new packing list", "start a packing list"),
    ),
    Row(
        "note_add",
        "Noted: the door code is 4 7 1 1.",
        (
            "Take a note: the door code is 4 7 1 1.",
            "Note that the door code is 4 7 1 1",
            "Make a note that the door code is 4 7 1 1.",
            "Remember that the door code is 4 7 1 1",
        ),
        (AddItems("notes", ("the door code is 4 7 1 1",)),),
    ),
    Row("note_ask", "What shall I write down?", ("Take a note.", "Make a note", "write this down")),
    Row(
        "notes_read",
        "You have 2 notes. 1: the key is under the mat. 2: Anna likes tulips.",
        (
            "Read my notes.",
            "What are my notes?",
            "Show me my notes",
            "What did I note down?",
            "Do I have any notes?",
        ),
        desk=BUSY,
    ),
    Row(
        "notes_read",
        "Your last note: Anna likes tulips.",
        ("Read my last note.", "What's my last note?"),
        desk=BUSY,
    ),
    Row(
        "note_remove",
        "Deleted the note: Anna likes tulips.",
        (
            "Delete my last note.",
            "Delete note 2",
            "delete note number two",
            "Remove the note about tulips",
        ),
        (RemoveItems("notes", (1,)),),
        BUSY,
    ),
    Row(
        "notes_clear",
        "Deleted 2 notes.",
        ("Delete all my notes.", "Clear my notes", "erase all notes"),
        (RemoveItems("notes", (0, 1)),),
        BUSY,
    ),
)

NUMBERS = (
    Row(
        "sum",
        "17 times 23 is 391.",
        (
            "What's 17 times 23?",
            "What is seventeen times twenty three?",
            "17 x 23",
            "How much is 17 × 23?",
            "Calculate 17 * 23.",
            "seventeen times twenty-three",
            "what is 17 multiplied by 23",
            "Multiply 17 by 23.",
            "Can you calculate seventeen times twenty three, please?",
        ),
    ),
    Row(
        "sum",
        "2 plus 2 is 4.",
        (
            "What is two plus two?",
            "What's 2 + 2?",
            "2+2",
            "How much is 2 plus 2?",
            "Two plus two equals?",
            "add 2 and 2",
            "What does two plus two make?",
            "2 + 2 =",
        ),
    ),
    Row(
        "sum",
        "15 percent of 80 is 12.",
        (
            "What is 15% of 80?",
            "What's fifteen percent of eighty?",
            "15 percent of 80",
            "Calculate 15 % of 80",
        ),
    ),
    Row(
        "sum",
        "The square root of 144 is 12.",
        (
            "What is the square root of 144?",
            "square root of one hundred and forty four",
            "What's √144?",
            "How much is the square root of 144",
        ),
    ),
    Row(
        "sum",
        "2 to the power of 10 is 1024.",
        (
            "What is 2 to the power of 10?",
            "two to the power of ten",
            "2^10",
            "What is two to the 10th power",
        ),
    ),
    Row(
        "sum",
        "10 divided by 3 is about 3.33333.",
        ("What is 10 divided by 3?", "10 / 3", "ten over three", "Divide 10 by 3."),
    ),
    Row("sum", "Nothing can be divided by zero.", ("What is ten divided by zero?", "10 / 0")),
    Row(
        "sum",
        "100 minus 58 is 42.",
        (
            "What's 100 minus 58?",
            "a hundred minus fifty eight",
            "100 - 58",
            "100-58",
            "What is one hundred take away fifty eight?",
        ),
    ),
    Row("sum", "5 squared is 25.", ("What's five squared?", "5²", "How much is 5 squared?")),
    Row("sum", "Half of 50 is 25.", ("What's half of 50?", "What is half of fifty")),
    Row("sum", "2 plus 3 times 4 is 14.", ("What is 2 plus 3 times 4?", "2 + 3 * 4")),
    Row(
        "sum",
        "3.5 times 2 is 7.",
        ("What is three point five times two?", "3.5 x 2", "three and a half times two"),
    ),
    Row(
        "sum",
        "1,000,000 minus 1 is 999,999.",
        ("What is 1,000,000 minus 1?", "a million minus one", "one million minus one"),
    ),
    Row(
        "sum",
        "That number is too big for me to say.",
        ("What is nine to the power of nine to the power of nine?", "10^50"),
    ),
    Row(
        "convert",
        "1 pound is 16 ounces.",
        (
            "How many ounces are in a pound?",
            "How many ounces in a pound?",
            "Convert a pound to ounces.",
            "how many ounces is one pound",
            "How many ounces does a pound have?",
        ),
    ),
    Row(
        "convert",
        "5 miles are about 8.047 kilometers.",
        (
            "Convert 5 miles to kilometers.",
            "What's five miles in kilometers?",
            "5 miles in km",
            "How many kilometres are five miles?",
            "How far is 5 miles in kilometers?",
        ),
    ),
    Row(
        "convert",
        "70 degrees Fahrenheit is about 21.11 degrees Celsius.",
        (
            "What is 70 degrees Fahrenheit in Celsius?",
            "Convert 70°F to °C.",
            "What's seventy degrees in Celsius?",
            "70 fahrenheit to celsius",
        ),
    ),
    Row(
        "convert",
        "5 feet 11 inches are about 180.3 centimeters.",
        (
            "How tall is five foot eleven in centimeters?",
            "5 feet 11 inches in cm",
            "What is 5 foot 11 in centimetres?",
        ),
    ),
    Row(
        "convert",
        "2.5 cups are about 591.5 milliliters.",
        ("What is two and a half cups in milliliters?", "Convert 2.5 cups to ml"),
    ),
    Row(
        "convert",
        "Kilometers and kilograms measure different things.",
        ("How many kilograms are 5 kilometers?", "convert 5 km to kg"),
    ),
    Row(
        "convert",
        "3 hours are 180 minutes.",
        ("How many minutes are in 3 hours?", "convert three hours to minutes"),
    ),
    Row(
        "spell",
        "Necessary: N, E, C, E, S, S, A, R, Y.",
        (
            "How do you spell necessary?",
            "Spell necessary.",
            "spell the word necessary",
            "What's the spelling of necessary?",
            "How is necessary spelled?",
            "Can you spell necessary for me?",
        ),
    ),
    Row(
        "dice",
        "I can roll up to 20 dice with 2 to 1000 sides.",
        ("Roll 100 dice.", "roll a 5000 sided die"),
    ),
)

TALK = (
    Row(
        "hello",
        "Hello. What can I do for you?",
        ("Hello!", "Hi there.", "Hey", "Hey Parley!", "Good day"),
    ),
    Row(
        "hello",
        "Good afternoon. What can I do for you?",
        ("Good afternoon.", "good afternoon parley"),
    ),
    Row(
        "thanks",
        "You're welcome.",
        ("Thanks!", "Thank you.", "Thank you very much.", "thanks a lot", "Thank you, Parley."),
    ),
    Row("goodbye", "Goodbye.", ("Goodbye.", "Bye!", "See you later.", "bye bye")),
    Row(
        "who",
        "I'm Parley, a voice assistant. Right now my built-in skills answer you, on this computer.",
        (
            "Who are you?",
            "What's your name?",
            "What are you?",
            "Who am I talking to?",
            "Introduce yourself.",
        ),
    ),
    Row(
        "human",
        "No, I'm a program. I have no feelings, no age and no home but this computer.",
        (
            "Are you a human?",
            "Are you a human or a machine?",
            "Are you real?",
            "Are you a robot?",
            "Do you have feelings?",
            "How old are you?",
        ),
    ),
    Row(
        "which_model",
        "No language model is answering you. I'm Parley's built-in skills: "
        "fixed sentences and some arithmetic, made by the Parley project.",
        ("Are you ChatGPT?", "Which model are you?", "Who made you?", "are you Alexa"),
    ),
    Row(
        "stop",
        "Okay.",
        (
            "Stop.",
            "Stop talking!",
            "Be quiet.",
            "Never mind.",
            "That's enough.",
            "Cancel that",
            "no thanks",
            "Shut up!",
            "please stop",
        ),
    ),
    Row(
        "volume_step",
        "",
        (
            "Louder!",
            "Speak louder, please.",
            "Turn it up.",
            "Volume up",
            "Make it louder",
            "Raise the volume",
            "Could you speak up?",
            "You're too quiet.",
        ),
        wish=("volume", {"change": 20}),
    ),
    Row(
        "volume_step",
        "",
        (
            "Quieter, please.",
            "Turn it down",
            "Make your voice softer",
            "Turn down the volume.",
            "You are too loud",
            "lower the volume",
        ),
        wish=("volume", {"change": -20}),
    ),
    Row(
        "volume_step",
        "",
        ("Turn the volume up a bit", "a little louder please", "Speak a bit louder."),
        wish=("volume", {"change": 10}),
    ),
    Row(
        "volume_step",
        "",
        ("A bit quieter", "Turn it down a little.", "Could you speak a little softer?"),
        wish=("volume", {"change": -10}),
    ),
    Row(
        "volume_step",
        "",
        ("Much quieter", "A lot quieter, please.", "Make it much quieter"),
        wish=("volume", {"change": -40}),
    ),
    Row(
        "volume_set",
        "",
        (
            "Set the volume to 50%.",
            "Volume 50 percent",
            "Volume fifty",
            "Volume at fifty percent",
            "Turn the volume down to 50 percent.",
            "Set volume to five",
            "turn the volume to half",
        ),
        wish=("volume", {"percent": 50}),
    ),
    Row(
        "volume_set",
        "",
        ("Mute.", "mute yourself"),
        wish=("volume", {"percent": 0}),
    ),
    Row(
        "speed",
        "",
        ("Speak slower.", "Talk more slowly please", "slow down", "You speak too fast", "slower"),
        wish=("speed", {"change": -0.15}),
    ),
    Row(
        "speed",
        "",
        ("Speak faster.", "Speed up!", "You talk too slowly", "Can you speak more quickly?"),
        wish=("speed", {"change": 0.15}),
    ),
    Row(
        "speed",
        "",
        ("A bit slower, please.", "Speak a little slower", "slow down a bit"),
        wish=("speed", {"change": -0.075}),
    ),
    Row(
        "speed_set",
        "",
        ("Speak normally.", "normal speed", "Talk at normal speed", "Set the speed to 100%"),
        wish=("speed", {"speed": 1.0}),
    ),
    Row(
        "speed_set",
        "",
        ("Set the speed to 80 percent.", "Speak at eighty percent", "Speaking speed 0.8"),
        wish=("speed", {"speed": 0.8}),
    ),
    Row(
        "speed_set",
        "The speed goes from 25 to 150 percent of the usual one.",
        ("Set the speed to 300 percent.", "Speed 10 percent"),
    ),
    Row(
        "say",
        "Good morning, Vietnam.",
        ("Repeat after me: good morning, Vietnam", "Say good morning, Vietnam."),
    ),
    Row(
        "emergency",
        "I can't make calls. Please call your local emergency number yourself, right now.",
        (
            "Call an ambulance!",
            "Call 911",
            "I need an ambulance",
            "call the police please",
            "Emergency!",
        ),
    ),
    Row(
        "hearing",
        "Yes, I can hear you.",
        ("Can you hear me?", "Are you listening?", "Testing, testing.", "test"),
    ),
)

ROWS = (*TIME, *TIMERS, *LISTS, *NUMBERS, *TALK)
