"""``parley key set|test|where|forget``."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.destination import ServerOrEngine, host_of
from desktop_app.adapters.keys import BadKey
from desktop_app.adapters.offline_process import OfflineProcess
from desktop_app.app_house import House
from desktop_app.app_ports import link_maker
from desktop_app.app_probe import probe
from desktop_app.cli_terms import FAILED, OK, complain
from desktop_app.ports import Secret


def key(house: House, options: argparse.Namespace) -> int:
    """Do what is asked with the key of the configured server."""
    host = host_of(house.settings.server_url)
    if not host:
        complain(f"“{house.settings.server_url}” is not an address.")
        return FAILED
    match options.action:
        case "set":
            return _set(house, host)
        case "forget":
            return _told(host, house.secrets.forget(host), there="There is still a key")
        case "where":
            found = house.secrets.get(host)
            told = _told(host, found, there="The key")
            return told if found.value else FAILED
        case _:
            return _test(house)


def _set(house: House, host: str) -> int:
    asked = f"API key for {host}: "
    typed = getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline()
    try:
        stored = house.secrets.set(host, typed)
    except BadKey as error:
        complain(str(error))
        return FAILED
    if stored.source != "keyring":
        hint = stored.problem.hint if stored.problem else stored.place
        complain(f"the key could not be kept: {hint}")
        return FAILED
    used = house.secrets.known(host)
    if used is not None and used.source == "environment":
        complain(f"it is stored, but what counts is the {used.place[0].lower()}{used.place[1:]}.")
    return _told(host, stored, there="The key")


def _told(host: str, secret: Secret, there: str) -> int:
    if secret.value:
        print(f"{there} for {host}: {secret.place}.")
    else:
        print(f"No key for {host}.")
    if secret.problem is not None:
        complain(f"{secret.problem.title}. {secret.problem.hint}")
    return OK if secret.problem is None else FAILED


def _test(house: House) -> int:
    async def run() -> int:
        engine = OfflineProcess()
        try:
            destination = ServerOrEngine(AsyncSecrets(house.secrets), engine)
            problem = await probe(link_maker(), destination, house.settings)
        finally:
            await engine.aclose()
        if problem is None:
            print("It works: a session opened and closed.")
            return OK
        complain(f"{problem.title}. {problem.hint}")
        return FAILED

    return asyncio.run(run())
