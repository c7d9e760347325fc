"""Chromium as a process: how it is started, how much memory it has, when it is killed."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Playwright, sync_playwright

from backend.config import Settings
from backend.priority import weigh_session

MOST_BYTES, RESTART_BYTES = 1_200_000_000, 700_000_000
_LOOK_S = 0.2
# Playwright's own list as far as a crawl needs it (the last such option counts), and two that start a renderer ahead
# for every context: one for Chromium's own toolbar, one for a second site, both thrown away with the page.
_OFF = (
    "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose",
    "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "PaintHolding", "ThirdPartyStoragePartitioning",
    "LensOverlay", "MediaRouter", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "PreloadTopChromeWebUI", "SpareRendererForSitePerProcess",
)  # fmt: skip
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws pages and nothing else; the others start a whole browser's own windows, for twice the processor."""


def find_chromium(named: str) -> str:
    """Return the browser's program: the one that is named, the system's, or "" for the one Playwright installed."""
    return named or next((path for name in _NAMES if (path := shutil.which(name))), "")


@dataclass(frozen=True, slots=True)
class Process:
    """A running Chromium and the Playwright that drives it."""

    playwright: Playwright
    chromium: Chromium
    pid: int

    @property
    def is_alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return self.chromium.is_connected()

    def stop(self) -> None:
        with suppress(PlaywrightError):
            self.chromium.close()
        with suppress(PlaywrightError):
            self.playwright.stop()


def start(settings: Settings) -> Process:
    """Start Chromium, whose only way out is the egress proxy. Raises PlaywrightError."""
    playwright = sync_playwright().start()
    try:
        chromium = _launch(playwright, settings)
        pid = _process_id(chromium)
    except PlaywrightError:
        playwright.stop()
        raise
    # Playwright gives it a session of its own, which the scheduler would treat as one more equal of the searches.
    weigh_session(pid, os.getpriority(os.PRIO_PROCESS, 0))
    return Process(playwright, chromium, pid)


def _launch(playwright: Playwright, settings: Settings) -> Chromium:
    proxy = urlsplit(settings.egress_url)
    return playwright.chromium.launch(
        executable_path=find_chromium(settings.chromium_path) or None,
        chromium_sandbox=os.geteuid() != 0,  # root has no sandbox to offer
        # Without the bypass rule Chromium reaches 127.0.0.1 past the proxy. The password is given when it is asked for.
        proxy={"server": settings.egress_url, "bypass": "<-loopback>"},
        args=[
            "--disable-quic",
            "--webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--blink-settings=imagesEnabled=false",
            "--disable-background-networking",
            "--dns-prefetch-disable",
            "--no-pings",
            f"--disable-features={','.join(_OFF)}",
            "--js-flags=--max-old-space-size=512",
            f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {proxy.hostname}",  # only the proxy asks for names
        ],
    )


def _process_id(chromium: Chromium) -> int:
    session = chromium.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return next(int(process["id"]) for process in processes if process["type"] == "browser")


def memory_of(pid: int) -> int:
    """Return the bytes that a process and its descendants hold for themselves; 0 where there is no /proc to ask."""
    total, waiting = 0, [pid]
    while waiting:
        folder = Path("/proc") / str(waiting.pop())
        with suppress(OSError, ValueError):  # a process may end at any moment
            _, resident, shared, *_ = (int(part) for part in (folder / "statm").read_text().split())
            total += (resident - shared) * os.sysconf("SC_PAGE_SIZE")
            for thread in (folder / "task").iterdir():
                waiting += (int(child) for child in (thread / "children").read_text().split())
    return total


@dataclass(slots=True)
class Bite:
    """Why the watchdog killed Chromium; "" when it did not: "time" or "memory"."""

    reason: str = ""


@contextmanager
def watchdog(pid: int, seconds: float) -> Iterator[Bite]:
    """Kill Chromium when a page's script never gives it back, or takes all memory: Playwright bounds neither."""
    bite, done, end = Bite(), threading.Event(), time.monotonic() + seconds

    def watch() -> None:
        while not done.wait(_LOOK_S):
            if time.monotonic() > end:
                bite.reason = "time"
            elif memory_of(pid) > MOST_BYTES:
                bite.reason = "memory"
            if bite.reason:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                return

    guard = threading.Thread(target=watch, name="watchdog", daemon=True)
    guard.start()
    try:
        yield bite
    finally:
        done.set()
        guard.join()
