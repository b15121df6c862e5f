"""What a person does with the page, by keyboard, by click and by finger, in a real browser.

    python3 tests/browser/page.py everything LIBRARY/windfall-report.html

The library of `everything` is any small one that has albums, a favourite, a Live Photo and a video; that of `hostile` is
one whose texts are markup; `alone` is a page without its library. What must be true of every page (no word on the
console, no request but beside it) is asked of each of them too.
"""

import pathlib
import re
import sys
import time
import urllib.parse

from chromium import Browser

FOCUSED = "document.activeElement"
OPEN = "!document.getElementById('viewer').hidden"
SHOWN = "document.getElementById('shown-name').textContent"
TILES = "Array.from(document.querySelectorAll('#months .tile'))"
STATE = "Object.fromEntries(new URLSearchParams(location.hash.slice(1)))"


def settle(browser, expression, value):
    """Waits until an expression has a value."""
    until = time.monotonic() + 10
    while (now := browser.run(expression)) != value:
        assert time.monotonic() < until, f"{expression} is {now!r} and not {value!r}"
        time.sleep(0.05)


LABELS = f"{TILES}.map(t => t.querySelector('img')?.alt ?? t.querySelector('svg').getAttribute('aria-label'))"


def names(browser):
    return browser.run(f"{TILES}.map(t => t.querySelector('.name').textContent)")


def tiles_are_links_with_names(browser, page):
    browser.open(page)
    for label in browser.run(LABELS):
        assert "," in label, label
    assert browser.run(f"{TILES}.every(t => t.href.includes('photo='))")
    assert browser.run("document.querySelectorAll('video').length") == 0, "no movie before somebody wants one"


def the_viewer_by_keyboard(browser, page):
    browser.open(page)
    listed = names(browser)
    browser.run(f"{TILES}[0].focus()")
    browser.press("Enter")
    settle(browser, OPEN, True)
    assert browser.run("document.querySelector('[role=dialog]').getAttribute('aria-modal')") == "true"
    assert browser.run(f"document.getElementById('viewer').contains({FOCUSED})"), "the focus is kept"
    assert browser.run("document.querySelector('main').inert")
    assert browser.run(SHOWN) == listed[0]
    browser.press("ArrowRight")
    settle(browser, SHOWN, listed[1])
    browser.press("ArrowLeft")
    settle(browser, SHOWN, listed[0])
    browser.press("End")
    settle(browser, SHOWN, listed[-1])
    browser.press("ArrowRight")
    assert browser.run(SHOWN) == listed[-1]
    browser.press("Home")
    settle(browser, SHOWN, listed[0])
    browser.press("i")
    settle(browser, "document.getElementById('panel').hidden", False)
    said = browser.run("document.getElementById('panel').textContent")
    assert "UTC" in said and "Proof" in said and "Open the original" in said, said
    browser.press("+")
    assert "scale" in browser.run("document.querySelector('.frame').style.transform")
    browser.press("0")
    for _ in range(30):
        browser.press("Tab")
        assert browser.run(f"{FOCUSED} === document.body || document.getElementById('viewer').contains({FOCUSED})")
    browser.press("Escape")
    settle(browser, OPEN, False)
    assert browser.run(f"{FOCUSED} === {TILES}[0]"), "the focus is given back"
    assert not browser.run("document.querySelector('main').inert")


def the_viewer_by_click_and_finger(browser, page):
    browser.open(page)
    listed = names(browser)
    browser.click("#months .tile")
    settle(browser, OPEN, True)
    browser.click("[data-do=next]")
    settle(browser, SHOWN, listed[1])
    browser.click("[data-do=previous]")
    settle(browser, SHOWN, listed[0])
    browser.drag("#stage", (-200, 5))
    settle(browser, SHOWN, listed[1])
    browser.drag("#stage", (200, 5))
    settle(browser, SHOWN, listed[0])
    x, y = browser.middle("#stage")
    browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300)
    settle(browser, "document.getElementById('stage').classList.contains('zoomed')", True)
    time.sleep(0.4)
    browser.click("#stage", times=2)
    settle(browser, "document.getElementById('stage').classList.contains('zoomed')", False)
    browser.click("[data-do=panel]")
    settle(browser, "document.getElementById('panel').hidden", False)
    browser.click("[data-do=close]")
    settle(browser, OPEN, False)
    assert browser.run(f"{FOCUSED}.classList.contains('tile')")
    browser.click("#months .tile")
    settle(browser, OPEN, True)
    browser.drag("#stage", (5, 250))
    settle(browser, OPEN, False)


def the_address_keeps_everything(browser, page):
    browser.open(page)
    browser.click("#months .tile")
    settle(browser, OPEN, True)
    entries = browser.run("history.length")
    browser.press("ArrowRight")
    browser.press("ArrowRight")
    assert browser.run("history.length") == entries, "next and previous replace the entry"
    shown = browser.run(SHOWN)
    browser.reload()
    settle(browser, OPEN, True)
    assert browser.run(SHOWN) == shown
    browser.back()
    settle(browser, OPEN, False)
    assert "photo" not in browser.run(STATE)

    title = browser.run("document.querySelector('#albums .title').textContent")
    browser.click("#albums a")
    settle(browser, f"{STATE}.album", title)
    members = names(browser)
    assert 0 < len(members), members
    browser.click("#months .tile")
    settle(browser, OPEN, True)
    browser.reload()
    settle(browser, OPEN, True)
    assert browser.run(f"{STATE}.album") == title
    browser.press("Escape")
    settle(browser, OPEN, False)
    assert names(browser) == members
    browser.back()
    settle(browser, f"{STATE}.album", None)
    browser.open(page + "#album=" + urllib.parse.quote(title))
    settle(browser, "document.documentElement.classList.contains('finding')", True)
    assert names(browser) == members
    browser.open(page + "#album=no%20such%20album")
    settle(browser, f"{TILES}.length", 0)
    assert "Nothing found" in browser.run("document.getElementById('said').textContent")
    browser.click("#clear")
    settle(browser, "document.documentElement.classList.contains('finding')", False)
    browser.open(page + "#photo=no/such/photo.jpg")
    settle(browser, "document.getElementById('said').textContent.includes('no/such/photo.jpg')", True)
    assert not browser.run(OPEN)


def search_and_filters(browser, page):
    browser.open(page)
    all_names = names(browser)
    browser.click("#search")
    browser.type(all_names[0].lower())
    settle(browser, f"{STATE}.search", all_names[0].lower())
    assert all_names[0] in names(browser) and len(names(browser)) < len(all_names)
    entries = browser.run("history.length")
    browser.type("x y z nothing is called so")
    settle(browser, f"{TILES}.length", 0)
    assert browser.run("history.length") == entries, "a search is one entry"
    browser.run("document.getElementById('search').value = ''; "
                "document.getElementById('search').dispatchEvent(new Event('input'))")
    settle(browser, f"{TILES}.length", len(all_names))
    for words in ["favourite", "live photo", "video"]:
        browser.open(page + "#search=" + urllib.parse.quote(words))
        settle(browser, f"{STATE}.search", words)
        assert 0 < len(names(browser)) < len(all_names), words
    for part in ["ctu", "ovie", "avou"]:
        browser.open(page + "#search=" + part)
        settle(browser, f"{STATE}.search", part)
        assert not names(browser), f"{part} is no word for pictures, movies or favourites"
    for control in ["album", "year", "camera", "kind"]:
        browser.open(page + "#")
        chosen = browser.run(
            f"(() => {{ const s = document.querySelector('select[data-filter={control}]'); s.selectedIndex = 1;"
            "s.dispatchEvent(new Event('change', {bubbles: true})); return s.value; })()")
        settle(browser, f"{STATE}.{control}", chosen)
        assert 0 < len(names(browser)) <= len(all_names)
        browser.reload()
        assert browser.run(f"document.querySelector('select[data-filter={control}]').value") == chosen
        assert browser.run(f"document.querySelector('select[data-filter={control}]').labels[0].textContent").strip()
        browser.back()
        settle(browser, f"{STATE}.{control}", None)
    browser.click("button[data-filter=favorites]")
    settle(browser, f"{STATE}.favorites", "yes")
    assert browser.run("document.querySelector('button[data-filter=favorites]').getAttribute('aria-pressed')") == "true"
    browser.open(page + "#")
    browser.click("#figures .chart a")
    settle(browser, "document.documentElement.classList.contains('finding')", True)


TARGETS = """Array.from(document.querySelectorAll('a, button, select, input, summary')).flatMap(target => {
  const { width, height } = target.getBoundingClientRect();
  // a link inside a sentence is as high as the sentence
  const counts = target.checkVisibility() && width && !target.closest('.skip, svg, dd, .reason');
  return counts && Math.min(width, height) < 39.9 ? [target.outerHTML.slice(0, 90) + ' ' + width + 'x' + height] : [];
})"""


def fingers_meet_everything(browser, page):
    """On a phone nothing is smaller than a finger, and what is said of a photo leaves the photo in sight."""
    if browser.run("innerWidth > 600"):
        return
    browser.open(page + "#kind=photo")
    settle(browser, "document.getElementById('clear').hidden", False)
    inside = "(r => r.left >= 0 && r.right <= innerWidth)(document.getElementById('{}').getBoundingClientRect())"
    assert browser.run(inside.format("clear")), "what takes the filters away is in sight"
    assert browser.run(inside.format("search"))
    beside = browser.run("document.querySelector('#tools select').getBoundingClientRect().left"
                         " - document.getElementById('clear').getBoundingClientRect().right")
    assert beside > 0 or browser.run("document.querySelector('.filters').scrollLeft > 0"), beside
    browser.open(page + "#")
    settle(browser, "document.documentElement.classList.contains('finding')", False)
    small = browser.run(TARGETS)
    assert not small, small
    browser.click("#months .tile")
    browser.press("i")
    settle(browser, "document.getElementById('panel').hidden", False)
    overlap = browser.run("document.getElementById('stage').getBoundingClientRect().bottom"
                          " - document.getElementById('panel').getBoundingClientRect().top")
    assert overlap <= 1, overlap
    small = browser.run(TARGETS)
    assert not small, small
    following = browser.run("(r => [r.left, r.bottom])(document.querySelector('[data-do=next]').getBoundingClientRect())")
    top = browser.run("document.getElementById('panel').getBoundingClientRect().top")
    assert following[0] > 195 and following[1] < top, (following, top)
    browser.press("Escape")
    settle(browser, OPEN, False)


def movies_play_inside(browser, page):
    browser.open(page + "#kind=video")
    browser.click("#months .tile")
    settle(browser, OPEN, True)
    video = "document.querySelector('#stage video')"
    assert browser.run(f"{video}.controls && {video}.playsInline && {video}.preload === 'none'")
    browser.press("Escape")
    settle(browser, "document.querySelectorAll('video').length", 0)
    browser.open(page + "#kind=live")
    browser.click("#months .tile")
    settle(browser, OPEN, True)
    assert not browser.run("document.querySelector('[data-do=live]').hidden")
    browser.press("l")
    browser.wait("document.querySelector('#stage video.live') || !document.getElementById('reason').hidden")
    browser.press("Escape")
    settle(browser, OPEN, False)


def on_this_day(browser, page):
    """What was taken on the day of today in other years leads the page."""
    browser.open(page)
    assert browser.run("document.getElementById('day').hidden")
    day = next(found[0] for label in browser.run(LABELS) if (found := re.search(r"\d+ [A-Z]\w+ \d{4}", label)))
    browser.day(f"{day.rsplit(' ', 1)[0]} 2031 12:00")
    browser.reload()
    assert not browser.run("document.getElementById('day').hidden")
    said = browser.run("document.querySelector('#day .caption').textContent")
    assert said == f"{2031 - int(day[-4:])} years ago · {day[-4:]}", said


def slideshow(browser, page):
    browser.open(page)
    listed = names(browser)
    browser.click("#start-slides")
    settle(browser, SHOWN, listed[0])
    settle(browser, SHOWN, listed[1])
    browser.press("s")
    assert browser.run("document.querySelector('[data-do=slideshow]').getAttribute('aria-pressed')") == "false"


def the_map_filters(browser, page):
    browser.open(page)
    browser.wait("document.querySelector('[role=region][aria-label=Map] .map-cluster')")
    every = len(names(browser))
    cut = browser.run("""(map => Array.from(map.querySelectorAll('.map-names text')).filter(name => {
      const [outer, inner] = [map.getBoundingClientRect(), name.getBoundingClientRect()];
      return inner.left < outer.left - 1 || inner.right > outer.right + 1;
    }).map(name => name.textContent))(document.getElementById('map'))""")
    assert not cut, cut
    covered = browser.run("""Array.from(document.querySelectorAll('.map-cluster .dot')).filter(dot => {
      dot.ownerSVGElement.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = dot.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2)?.closest('.map-buttons');
    }).length""")
    assert covered == 0, "no photo lies under a button"
    for _ in range(12):
        browser.click("[role=region][aria-label=Map] .map-cluster")
        time.sleep(0.4)
        if browser.run(f"{STATE}.area"):
            break
    assert 0 < len(names(browser)) <= every
    browser.back()
    settle(browser, f"{STATE}.area", None)


def texts_stay_texts(browser, page):
    """Opens every photo with its panel: whatever is written there is only written."""
    browser.open(page)
    listed = names(browser)
    browser.click("#months .tile")
    browser.press("i")
    said = ""
    for name in listed:
        settle(browser, SHOWN, name)
        said += browser.run("document.getElementById('panel').textContent")
        browser.press("ArrowRight")
    assert "</script><script>" in said and "<img src=x" in said, said
    browser.press("Escape")
    settle(browser, OPEN, False)
    for select in ["album", "camera"]:
        browser.open(page + "#")
        browser.run(f"(() => {{ const s = document.querySelector('select[data-filter={select}]');"
                    "s.selectedIndex = s.options.length - 1; s.dispatchEvent(new Event('change')); })()")
        browser.wait(f"{STATE}.{select}")
        assert names(browser)
    browser.open(page + "#search=" + urllib.parse.quote("</script><script>document.title='owned'</script>"))
    browser.open(page + "#album=%E0%A4%A&photo=../../etc/passwd&area=x&year=<b>&nonsense")
    assert browser.run("document.title").endswith("2024"), browser.run("document.title")
    assert browser.run("document.querySelectorAll('img[src=x], #viewer script, #panel b b').length") == 0


def it_says_that_it_stands_alone(browser, page):
    browser.open(page)
    browser.wait("!document.getElementById('alone').hidden")
    assert "library" in browser.run("document.getElementById('alone').textContent")
    browser.click("#months .tile")
    browser.wait("!document.getElementById('reason').hidden")
    assert "library" in browser.run("document.getElementById('reason').textContent")
    # that files are missing is said by the browser as well, and rightly
    browser.console = [line for line in browser.console if "ERR_FILE_NOT_FOUND" not in line]


def copies_say_nothing_of_their_library(browser, page):
    browser.open(page)
    listed = names(browser)
    browser.run(f"{TILES}[0].focus()")
    browser.press("Enter")
    settle(browser, OPEN, True)
    browser.press("i")
    settle(browser, "document.getElementById('panel').hidden", False)
    said = browser.run("document.getElementById('panel').textContent")
    assert listed[0] in said and "Open the original" in said and "Proof" not in said, said
    assert "library" not in browser.run("document.body.textContent.replace(/{.*}/gs, '').toLowerCase()")
    browser.press("Escape")
    browser.wait("Array.from(document.querySelectorAll('#months .tile img')).some(image => image.naturalWidth > 1)")


SCENES = {
    "everything": [
        tiles_are_links_with_names, the_viewer_by_keyboard, the_viewer_by_click_and_finger, the_address_keeps_everything,
        search_and_filters, fingers_meet_everything, movies_play_inside, the_map_filters, slideshow, on_this_day,
    ],
    "copies": [
        tiles_are_links_with_names, copies_say_nothing_of_their_library, the_viewer_by_click_and_finger, movies_play_inside,
        slideshow,
    ],
    "hostile": [texts_stay_texts],
    "alone": [it_says_that_it_stands_alone],
}
LOOKS = [dict(width=1280, height=800), dict(width=390, height=844, dark=True, touch=True)]


def main(scenes, path):
    page = pathlib.Path(path).resolve().as_uri()
    for look in LOOKS:
        with Browser(**look) as browser:
            for scene in SCENES[scenes]:
                scene(browser, page)
                assert not browser.console, f"{scene.__name__}: {browser.console}"
            wide = browser.run("document.documentElement.scrollWidth")
            assert wide <= look["width"], f"it is {wide} wide"
            beside = pathlib.Path(path).resolve().parent.as_uri()
            elsewhere = [url for url in browser.requests if not url.startswith((beside, "data:"))]
            assert not elsewhere, elsewhere


if __name__ == "__main__":
    main(*sys.argv[1:])
