"""``parley weights``: the models of the assistant on this computer, and how to get them."""

from __future__ import annotations

import argparse

from desktop_app.app_house import House
from desktop_app.app_weights import MEGABYTE, offer
from desktop_app.cli_fetch import fetch, tell
from desktop_app.cli_terms import FAILED, OK, USAGE, complain
from desktop_app.offline import weights


def show_weights(house: House, options: argparse.Namespace) -> int:
    """List, fetch or locate models."""
    match options.action:
        case "download":
            return _download(house, options.name or "")
        case "where":
            print(weights.cache_folder())
            return OK
        case _:
            return _list()


def _list() -> int:
    for model in weights.manifest().models:
        print(
            f"{model.id:<16} {model.size / MEGABYTE:>5.0f} MB  {model.licence:<11} {_place(model)}"
        )
        print(f"{'':<16} {model.title}")
    return OK


def _place(model: weights.Model) -> str:
    try:
        found = weights.find(model)
    except weights.WeightsMissing:
        return "not here"
    except weights.WeightsError as error:
        return str(error)
    return str(found.folder)


def _download(house: House, wanted: str) -> int:
    """Fetch the model ``wanted``, or what the settings need; the command is the user's yes."""
    try:
        found = offer(house.settings, wanted)
    except weights.WeightsError as error:
        complain(str(error))
        return USAGE
    if found is None:
        print("Nothing is missing.")
        return OK
    tell(found)
    return OK if fetch(house.settings, wanted) else FAILED
