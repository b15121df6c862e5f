"""Takes the picture of the page that the README shows.

    python3 tests/browser/picture.py target/library/windfall-report.html docs/page.jpg
"""

import base64
import pathlib
import sys

from chromium import Browser

QUALITY = 68


def main(page, picture):
    with Browser(width=1280, height=1130) as browser:
        browser.open(pathlib.Path(page).resolve().as_uri())
        browser.wait("Array.from(document.images).every(image => image.complete)")
        shot = browser.call("Page.captureScreenshot", format="jpeg", quality=QUALITY)
    pathlib.Path(picture).write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
