"""Visit pages with Chromium and print what is found, as JSON. Runs in the environment of `requirements/browser.txt`.

python visit.py CHROMIUM < visits.json    a list of visits, see tests/browser/chromium.py
"""

import json
import sys
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

_MEASURES = """() => ({
  width: document.documentElement.scrollWidth,
  scripts: document.scripts.length,
  hacked: window.hacked ?? null,
  background: getComputedStyle(document.body).backgroundColor,
  outside: [...document.querySelectorAll('svg text')].filter(text => {
    const inner = text.getBoundingClientRect(), outer = text.closest('svg').getBoundingClientRect();
    return inner.left < outer.left - 2 || inner.right > outer.right + 2
      || inner.top < outer.top - 2 || inner.bottom > outer.bottom + 2;
  }).map(text => text.textContent),
  small: [...document.querySelectorAll('svg.fig text')].filter(text => {
    const svg = text.closest('svg'), shown = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return parseFloat(getComputedStyle(text).fontSize) * shown < 7.5;
  }).length,
  cut: [...document.querySelectorAll('.stack')].filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => box.getAttribute('aria-label')),
})"""
_PRINTED = """() => ({
  contents: getComputedStyle(document.querySelector('nav')).display,
  background: getComputedStyle(document.body).backgroundColor,
  folded: [...document.querySelectorAll('details table')].filter(table => table.offsetHeight === 0).length,
})"""


def visit(browser: Browser, asked: dict[str, Any]) -> dict[str, Any]:
    """Open a page and return what is found there."""
    context = browser.new_context(
        viewport={"width": asked["width"], "height": 900}, color_scheme=asked["scheme"], locale="en-GB"
    )
    page = context.new_page()
    events: list[str] = []

    def dismiss(dialog: Any) -> None:
        events.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("console", lambda message: events.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error: {error}"))
    page.on("request", lambda request: events.append(f"request: {request.url}"))
    address = Path(asked["path"]).as_uri()
    page.goto(address)
    for element in page.locator("details").all():
        element.evaluate("details => details.open = true")
    found = page.evaluate(_MEASURES)
    violations = [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"][:3]
    ]
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = false)")
    if asked.get("picture"):
        page.screenshot(path=asked["picture"], full_page=True)
    page.emulate_media(media="print", color_scheme=asked["scheme"])
    printed = page.evaluate(_PRINTED)
    if asked.get("pdf"):
        page.pdf(path=asked["pdf"], format="A4", print_background=True)
    context.close()
    return {**found, "violations": violations, "printed": printed, "events": [e for e in events if address not in e]}


def main() -> None:
    """Visit all pages that are named on standard input."""
    visits = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
        json.dump([visit(browser, asked) for asked in visits], sys.stdout)
        browser.close()


if __name__ == "__main__":
    main()
