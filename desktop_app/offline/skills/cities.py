"""Which time zone a city or country keeps, for asking the time there."""

from __future__ import annotations

from datetime import UTC, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_CITIES = {
    "Africa": "Abidjan Accra Algiers Cairo Casablanca Johannesburg Khartoum Kinshasa Lagos Nairobi "
    "Tripoli Tunis",
    "America": "Anchorage Bogota Caracas Chicago Denver Detroit Guatemala Halifax Havana Jamaica "
    "La_Paz Lima Los_Angeles Mexico_City Montevideo New_York Panama Phoenix Santiago Sao_Paulo "
    "Toronto Vancouver Winnipeg",
    "Asia": "Amman Baghdad Baku Bangkok Beirut Colombo Damascus Dhaka Dubai Hong_Kong Jakarta "
    "Jerusalem Kabul Karachi Kathmandu Kolkata Kuala_Lumpur Kuwait Manila Qatar Riyadh Seoul "
    "Shanghai Singapore Taipei Tashkent Tbilisi Tehran Tokyo Yangon",
    "Atlantic": "Azores Canary Reykjavik",
    "Australia": "Adelaide Brisbane Darwin Hobart Melbourne Perth Sydney",
    "Europe": "Amsterdam Athens Belgrade Berlin Bratislava Brussels Bucharest Budapest Copenhagen "
    "Dublin Helsinki Istanbul Lisbon Ljubljana London Luxembourg Madrid Malta Minsk Monaco Moscow "
    "Oslo Paris Prague Riga Rome Sarajevo Sofia Stockholm Tallinn Vienna Vilnius Warsaw Zagreb "
    "Zurich",
    "Pacific": "Auckland Fiji Honolulu Tahiti",
}
_OTHER_NAMES = {
    "Africa/Cairo": "egypt",
    "Africa/Casablanca": "morocco",
    "Africa/Johannesburg": "cape town, durban, south africa",
    "Africa/Lagos": "nigeria",
    "Africa/Nairobi": "kenya",
    "America/Argentina/Buenos_Aires": "buenos aires, argentina",
    "America/Chicago": "houston, dallas, austin, new orleans, minneapolis, texas",
    "America/Denver": "salt lake city, colorado",
    "America/Los_Angeles": "la, l a, san francisco, seattle, san diego, las vegas, portland, "
    "california",
    "America/New_York": "nyc, boston, washington, washington dc, miami, atlanta, philadelphia, "
    "florida",
    "America/Sao_Paulo": "são paulo, rio, rio de janeiro",
    "America/Toronto": "montreal, ottawa",
    "America/Vancouver": "british columbia",
    "America/Edmonton": "calgary, edmonton",
    "America/Bogota": "bogotá, colombia",
    "America/Lima": "peru",
    "America/Santiago": "chile",
    "Asia/Bangkok": "thailand",
    "Asia/Dubai": "abu dhabi",
    "Asia/Ho_Chi_Minh": "ho chi minh city, saigon, hanoi, vietnam",
    "Asia/Kathmandu": "nepal",
    "Asia/Karachi": "pakistan",
    "Asia/Kolkata": "delhi, new delhi, mumbai, bombay, bangalore, calcutta, chennai, india",
    "Asia/Seoul": "korea, south korea",
    "Asia/Shanghai": "beijing, china",
    "Asia/Jerusalem": "tel aviv, israel",
    "Asia/Taipei": "taiwan",
    "Asia/Tehran": "iran",
    "Asia/Tokyo": "osaka, kyoto, japan",
    "Atlantic/Reykjavik": "iceland",
    "Australia/Sydney": "canberra",
    "Europe/Amsterdam": "the netherlands, netherlands, holland, rotterdam",
    "Europe/Athens": "greece",
    "Europe/Berlin": "germany, munich, hamburg, frankfurt, cologne",
    "Europe/Brussels": "belgium",
    "Europe/Budapest": "hungary",
    "Europe/Copenhagen": "denmark",
    "Europe/Dublin": "ireland",
    "Europe/Helsinki": "finland",
    "Europe/Istanbul": "turkey, ankara",
    "Europe/Kyiv": "kyiv, kiev, ukraine",
    "Europe/Lisbon": "portugal",
    "Europe/London": "england, scotland, wales, great britain, britain, the uk, uk, manchester, "
    "edinburgh",
    "Europe/Madrid": "spain, barcelona",
    "Europe/Oslo": "norway",
    "Europe/Paris": "france, lyon, marseille",
    "Europe/Prague": "the czech republic, czechia",
    "Europe/Rome": "italy, milan, naples",
    "Europe/Moscow": "saint petersburg",
    "Europe/Stockholm": "sweden",
    "Europe/Vienna": "austria",
    "Europe/Warsaw": "poland, krakow",
    "Europe/Zurich": "switzerland, geneva, zürich",
    "Pacific/Auckland": "new zealand, wellington",
    "Pacific/Honolulu": "hawaii",
}
_WITH_ARTICLE = {"netherlands": "the Netherlands", "uk": "the UK", "czech republic": "Czechia"}
_UPPER = {"uk": "the UK", "nyc": "New York", "la": "Los Angeles", "l a": "Los Angeles"}

ZONES = {
    city.replace("_", " ").lower(): f"{region}/{city}"
    for region, cities in _CITIES.items()
    for city in cities.split()
} | {name.strip(): zone for zone, names in _OTHER_NAMES.items() for name in names.split(",")}
"""Zone names by the place somebody says, in lower case."""

_MANY_ZONES = (
    "america,the us,us,usa,the usa,the united states,united states,the states,canada,russia,"
    "australia,brazil,mexico,indonesia,europe,africa,asia"
)
MANY_ZONES = frozenset(_MANY_ZONES.split(","))
"""Places where it is several times at once."""


def zone_of(place: str) -> tzinfo | None:
    """Find the zone of a city or country.

    Returns:
        None for a place that is not known here, and on a machine without time zone data.
    """
    name = ZONES.get(place.removeprefix("the "), ZONES.get(place))
    if place in {"utc", "gmt", "greenwich"}:
        return UTC
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None


def say_place(place: str) -> str:
    """Write a place with its capitals: "new york" -> "New York"."""
    place = place.removeprefix("the ")
    if place in {"utc", "gmt"}:
        return place.upper()
    if place in _UPPER or place in _WITH_ARTICLE:
        return (_UPPER | _WITH_ARTICLE)[place]
    small = {"de", "of"}
    return " ".join(word if word in small else word.capitalize() for word in place.split())


def say_difference(here: timedelta, there: timedelta) -> str:
    """Say how far another clock is from this one: "6 hours ahead of you"."""
    minutes = round((there - here).total_seconds() / 60)
    if minutes == 0:
        return "the same as here"
    hours = f"{abs(minutes) / 60:g}"
    unit = "hour" if hours == "1" else "hours"
    return f"{hours} {unit} {'ahead of' if minutes > 0 else 'behind'} you"
