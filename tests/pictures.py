"""Draws the picture of the front door from what the notebooks show: ``python -m tests.pictures``.

It puts saved outputs of the course under each other, as a browser shows them, and takes a picture of that: what the
README promises is what a reader gets.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[1] / "notebooks"
PICTURE = FOLDER / "pictures" / "first_screen.png"
WIDTH = 960

# The notebook and the cell of each output, by what the cell says last.
SHOWN = (
    ("01_first_upload", "report"),
    ("03_segments", "preview.plot()"),
    ("01_first_upload", "upload.wait()"),
)
STYLE = """
body { margin: 0; padding: 24px 28px; font: 14px/1.45 "Helvetica Neue", Arial, sans-serif; color: #222 }
pre { margin: 18px 0 6px; padding: 8px 12px; border: 1px solid #ddd; background: #f7f7f7; font-size: 13px }
table { border-collapse: collapse; font-size: 13px } tbody tr:nth-child(odd) { background: #f7f7f7 }
section table ~ table { display: none } /* a first screen is no place for all of a report */
"""


def shown(notebook: str, last_line: str) -> str:
    """Return the code of a cell and the HTML that it shows."""
    cells = nbformat.read(FOLDER / f"{notebook}.ipynb", as_version=4).cells
    cell = next(cell for cell in cells if cell.cell_type == "code" and cell.source.splitlines()[-1] == last_line)
    html = next(output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {}))
    return f"<pre>{last_line}</pre><section>{html}</section>"


def main() -> int:
    """Draw the picture and return the exit status."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("There is no Chromium: apt-get install chromium", file=sys.stderr)
        return 1
    page_text = f"<!doctype html><style>{STYLE}</style>{''.join(shown(*one) for one in SHOWN)}"
    PICTURE.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": WIDTH, "height": 400})
        page.set_content(page_text)
        page.screenshot(path=PICTURE, full_page=True)
        browser.close()
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
