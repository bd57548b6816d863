"""A real Chromium for the pages that we write, driven by Playwright; it fetches nothing but the file it is shown.

The browser is the system's own (Debian's package `chromium`, or the program that `ARCHIVEPOLICY_CHROMIUM` names); Playwright's
own download is never used.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# without the last four, Chromium tries to reach its maker's hosts by itself
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Shown:
    """A page in the browser.

    Attributes:
        page: Playwright's page, to click and to ask.
        fetched: The addresses that it asked for beside its own, in order; empty for a page that needs no network.
        said: What went wrong in it: errors of scripts and lines of the console.
    """

    page: Any
    fetched: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def style(self, selector: str, name: str) -> str:
        """The computed value of a CSS property of the first such element."""
        return str(
            self.page.eval_on_selector(
                selector, "(element, name) => getComputedStyle(element).getPropertyValue(name)", name
            )
        )


class Browser:
    """Shows files; one running Chromium for all of them."""

    def __init__(self, running: Any) -> None:
        self._running = running

    @contextmanager
    def show(
        self, file: Path, *, width: int = 1000, dark: bool = False, scripts: bool = True, touch: bool = False
    ) -> Iterator[Shown]:
        """Show a file in a window of its own, offline."""
        context = self._running.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            has_touch=touch,
            offline=True,
        )
        try:
            shown = Shown(context.new_page())
            own = file.resolve().as_uri()
            shown.page.on(
                "request", lambda one: shown.fetched.append(one.url) if one.url.partition("#")[0] != own else None
            )
            shown.page.on("pageerror", lambda error: shown.said.append(str(error)))
            shown.page.on("console", lambda line: shown.said.append(line.text))
            shown.page.goto(own)
            yield shown
        finally:
            context.close()


def chromium_program(environment: Mapping[str, str]) -> str | None:
    """The browser to use, or None where this machine has none."""
    named = environment.get("ARCHIVEPOLICY_CHROMIUM")
    return named or next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def running_browser(program: str) -> Iterator[Browser]:
    """Run that Chromium without a window until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        try:
            yield Browser(running)
        finally:
            running.close()
