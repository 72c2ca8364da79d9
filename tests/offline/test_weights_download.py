from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from desktop_app.offline import weights
from desktop_app.offline.weights import Source, WeightsError, WeightsMissing
from desktop_app.offline.weights_download import DownloadCancelled, Progress, fetch
from tests.offline.test_weights import file, tiny

BODY = bytes(range(256)) * 8_000  # 2 MB: several chunks.
MODEL = tiny(file("config.json", b"{}"), file("model.bin", BODY))


@dataclass
class Hub:
    """What the server does, and what it was asked."""

    body: bytes = BODY
    ranges: bool = True
    cut_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        hub = self.hub
        wanted = self.headers.get("Range", "")
        hub.asked.append((self.path, wanted))
        if hub.statuses and (status := hub.statuses.pop(0)) != 200:
            self.send_error(status)
            return
        body = b"{}" if self.path.endswith(".json") else hub.body
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and hub.ranges else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        end = len(body)
        if hub.cut_after and self.path.endswith(".bin"):
            end = start + hub.cut_after.pop(0)
        self.wfile.write(body[start:end])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()
    handler = type("BoundHandler", (Handler,), {"hub": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def get(hub: Hub, cache: Path, **more: object) -> weights.Found:
    return fetch(MODEL, allow_download=True, cache=cache, hub=hub.url, pause_s=0, **more)  # type: ignore[arg-type]


def test_nothing_is_downloaded_without_a_yes(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        fetch(MODEL, allow_download=False, cache=tmp_path, hub=hub.url)
    assert hub.asked == []


def test_a_model_is_downloaded_at_its_revision_and_found_ever_after(
    hub: Hub, tmp_path: Path
) -> None:
    seen: list[Progress] = []
    found = get(hub, tmp_path, progress=seen.append)
    assert found.source is Source.CACHE
    assert (found.folder / "model.bin").read_bytes() == BODY
    assert [path for path, _ in hub.asked] == [
        f"/o/tiny/resolve/{MODEL.revision}/config.json",
        f"/o/tiny/resolve/{MODEL.revision}/model.bin",
    ]
    done = [step.done_bytes for step in seen]
    assert done == sorted(done)
    assert done[-1] == seen[-1].total_bytes == MODEL.size
    assert get(hub, tmp_path).folder == found.folder
    assert len(hub.asked) == 2


def test_a_cut_connection_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [700_000, 500_000]
    found = get(hub, tmp_path)
    assert (found.folder / "model.bin").read_bytes() == BODY
    assert [wanted for _, wanted in hub.asked[1:]] == ["", "bytes=700000-", "bytes=1200000-"]


def test_a_server_that_can_not_resume_is_asked_for_the_whole(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [700_000]
    hub.ranges = False
    found = get(hub, tmp_path)
    assert (found.folder / "model.bin").read_bytes() == BODY


def test_a_server_that_is_busy_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.statuses = [503, 429, 200]
    assert get(hub, tmp_path).source is Source.CACHE


def test_a_line_that_stays_dead_is_reported_and_the_rest_is_kept(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [700_000, 0, 0, 0, 0]
    with pytest.raises(WeightsError, match="goes on where it stopped"):
        get(hub, tmp_path)
    hub.cut_after = []
    get(hub, tmp_path)
    assert hub.asked[-1][1] == "bytes=700000-"


def test_wrong_bytes_are_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.body = BODY[::-1]
    with pytest.raises(WeightsError, match="not the file it should be"):
        get(hub, tmp_path)
    assert not list(tmp_path.rglob("model.bin*"))
    hub.body = BODY
    assert get(hub, tmp_path).source is Source.CACHE


def test_a_missing_model_is_not_asked_for_again(hub: Hub, tmp_path: Path) -> None:
    hub.statuses = [404]
    with pytest.raises(WeightsError, match="answer 404"):
        get(hub, tmp_path)
    assert len(hub.asked) == 1


def test_a_download_can_be_stopped_and_taken_up_again(hub: Hub, tmp_path: Path) -> None:
    cancel = threading.Event()

    def stop_half_way(step: Progress) -> None:
        if step.done_bytes > MODEL.size // 2:
            cancel.set()

    with pytest.raises(DownloadCancelled):
        get(hub, tmp_path, progress=stop_half_way, cancel=cancel)
    found = get(hub, tmp_path)
    assert (found.folder / "model.bin").read_bytes() == BODY
    assert int(hub.asked[-1][1].removeprefix("bytes=").rstrip("-")) > MODEL.size // 2


def test_a_full_disk_is_seen_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        total: int
        used: int
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 1000))
    with pytest.raises(WeightsError, match=r"no room .* Free \d+ MB"):
        get(hub, tmp_path)
    assert hub.asked == []


def test_a_cache_that_can_not_be_written_is_reported(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / MODEL.id).write_text("a file where a folder should be")
    with pytest.raises(WeightsError, match="can't be saved"):
        get(hub, tmp_path)


def test_a_hub_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="Check the connection"):
        fetch(
            MODEL, allow_download=True, cache=tmp_path, hub="http://127.0.0.1:1", pause_s=0
        )  # fmt: skip
