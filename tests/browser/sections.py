"""What a person does with the sections of the page, in a real browser.

    python3 tests/browser/sections.py LIBRARY

The library is one into which the test put something of every category; some of its texts are markup.
"""

import pathlib
import sys
import time

from chromium import Browser
from page import LOOKS, TARGETS, settle

ROWS = "document.querySelectorAll('#list [data-row]').length"
STATE = "Object.fromEntries(new URLSearchParams(location.hash.slice(1)))"
SAID = "document.getElementById('said').textContent"


def visit(browser, address):
    """Opens a section; one that is open already, and has something behind the `#`, stays open."""
    page, mark, _ = address.partition("#")
    if not mark or browser.run("location.href.split('#')[0]") != page:
        browser.open(page)
    if mark:
        browser.open(address)


def look_for(browser, text):
    browser.run("document.getElementById('search').focus()")
    browser.run("document.getElementById('search').select()")
    browser.type(text)
    settle(browser, f"{STATE}.search", text)


def the_main_page_leads_there(browser, library):
    visit(browser, library + "/windfall-report.html")
    tiles = "Array.from(document.querySelectorAll('#others a')).map(a => a.textContent)"
    said = browser.run(tiles)
    assert len(said) == 7 and any("Notes3 notes" in text for text in said), said
    before = browser.loaded
    browser.run("document.querySelector('#others a').click()")
    while browser.loaded == before:
        browser.hear(time.monotonic() + 20)
    browser.wait("document.documentElement.dataset.ready")
    assert browser.run("document.querySelector('h1').textContent") == "3 notes"
    assert browser.run("document.documentElement.lang") == "en"


def notes_are_read_and_searched(browser, library):
    visit(browser, library + "/windfall-report/notes.html")
    assert browser.run(ROWS) == 3
    assert "Idea" not in browser.run("document.body.textContent"), "it lies among the recently deleted"
    look_for(browser, "pulley")
    settle(browser, SAID, "1 note found")
    browser.click("#list .row")
    settle(browser, f"{STATE}.open", "Notes/Boat/Spare parts.md")
    assert browser.run("document.activeElement.textContent") == "Spare parts"
    shown = "document.getElementById('open')"
    assert browser.run(f"Array.from({shown}.querySelectorAll('.tasks input')).map(i => i.checked).join()") == "false,true"
    browser.wait(f"{shown}.querySelector('img').naturalWidth > 0")
    link = browser.run(f"{shown}.querySelector('a.attached-picture').getAttribute('href')")
    assert link == "../Notes/Boat/Spare%20parts.assets/Attachment.png", link
    browser.reload()
    assert not browser.run(f"{shown}.hidden"), "a link leads to the same note"
    browser.press("Escape")
    settle(browser, f"{shown}.hidden", True)
    visit(browser, library + "/windfall-report/notes.html#")
    settle(browser, ROWS, 3)
    browser.run("Array.from(document.querySelectorAll('#folders a')).find(a => a.textContent.startsWith('Boat')).click()")
    settle(browser, ROWS, 1)
    browser.back()
    settle(browser, ROWS, 3)


def drive_opens(browser, library):
    visit(browser, library + "/windfall-report/drive.html")
    top = "Array.from(document.querySelectorAll('.top-tree > li')).map(li => li.textContent)"
    said = browser.run(top)
    assert said[0].startswith("Work2 files") and "12 bytes" in said[0], said
    browser.click(".branch > summary")
    browser.wait("document.querySelector('.branch .file, .branch .branch')")
    look_for(browser, "budget")
    settle(browser, SAID, "1 file found, 7 bytes")
    where = "document.querySelector('.found .where')"
    assert browser.run(f"{where}.textContent") == "Work"
    browser.run(f"{where}.click()")
    settle(browser, f"{STATE}.folder", "Drive/Work")
    settle(browser, "document.activeElement.dataset.row", "Drive/Work")
    link = browser.run("document.querySelector('.branch .file a').getAttribute('href')")
    assert link == "../Drive/Work/Budget.xlsx", link


def cards_are_found(browser, library):
    visit(browser, library + "/windfall-report/contacts.html")
    assert browser.run(ROWS) == 2
    browser.wait("Array.from(document.querySelectorAll('.face img')).some(image => image.naturalWidth > 0)")
    look_for(browser, "4722334455")
    settle(browser, ROWS, 1)
    said = browser.run("document.querySelector('.card').textContent")
    assert "Ann Berg" in said and "mobile" in said.lower() and "17 May" in said, said
    assert browser.run("document.querySelector('.reaches a').href") == "tel:+4722334455"


def a_calendar_by_month(browser, library):
    visit(browser, library + "/windfall-report/calendar.html#month=2024-03")
    name = "document.querySelector('.month-name').textContent"
    settle(browser, name, "March 2024")
    events = "Array.from(document.querySelectorAll('.month .event')).map(e => e.getAttribute('aria-label'))"
    assert browser.run(events) == ["Dentist, Sunday, 3 March 2024, 10:05 to 11:05 (Europe/Oslo)"], browser.run(events)
    browser.click(".month .event")
    settle(browser, "document.getElementById('open').hidden", False)
    assert "Harbour, pier 2" in browser.run("document.getElementById('open').textContent")
    browser.press("Escape")
    settle(browser, "document.getElementById('open').hidden", True)
    for month, day in [("2024-05", "17 May 2024"), ("2025-05", "18 May 2025"), ("2027-05", "17 May 2027")]:
        visit(browser, library + f"/windfall-report/calendar.html#month={month}")
        browser.wait(f"{events}.length === 1 && {events}[0].includes('{day}')")
    assert browser.run(events)[0].startswith("Day off, Monday")
    browser.run("document.querySelector('[aria-label=\"Next month\"]').click()")
    settle(browser, name, "June 2027")
    tasks = browser.run("document.querySelector('.lists').textContent")
    assert "Buy milk" in tasks and "1 March 2025" in tasks and "1 task is done" in tasks, tasks
    look_for(browser, "dentist")
    settle(browser, "document.querySelectorAll('.found-event').length", 1)


def mail_shows_headers_and_never_bodies(browser, library):
    visit(browser, library + "/windfall-report/mail.html")
    assert browser.run(ROWS) == 2
    assert "harbour at nine" not in browser.run("document.documentElement.textContent").lower()
    look_for(browser, "<img src=x")
    settle(browser, ROWS, 1)
    visit(browser, library + "/windfall-report/mail.html#folder=INBOX")
    settle(browser, ROWS, 1)
    link = browser.run("document.querySelector('.subject').getAttribute('href')")
    assert link.startswith("../Mail/INBOX/2019-03-04"), link


def bookmarks_that_would_run_are_text(browser, library):
    visit(browser, library + "/windfall-report/bookmarks.html")
    links = "Array.from(document.querySelectorAll('#list a')).map(a => a.href)"
    assert browser.run(links) == ["https://example.org/a?b=1&c=2"], browser.run(links)
    assert browser.run("document.querySelector('.inert').textContent").startswith("<img src=x")


def records_are_bars_with_their_numbers(browser, library):
    visit(browser, library + "/windfall-report/records.html")
    assert not browser.run("document.getElementById('find').checkVisibility()"), "there is nothing to search"
    bars = "Array.from(document.querySelectorAll('.bars')[0].querySelectorAll('.bar-of')).map(b => b.textContent)"
    assert browser.run(bars) == ["202213 minutes", "202426 minutes"], browser.run(bars)
    pills = "Array.from(document.querySelectorAll('.years')[0].children).map(a => a.textContent)"
    assert browser.run(pills) == ["All years", "2024", "2022"], browser.run(pills)
    browser.click(".bars a.bar-of[href$='listened=2024']")
    settle(browser, f"{STATE}.listened", "2024")
    assert browser.run("document.activeElement.textContent") == "2024", "the bar is gone, its year is not"
    assert browser.run(bars)[:4] == ["Jan13 minutes", "Feb0", "Mar13 minutes", "Apr0"], browser.run(bars)
    longest = "Array.from(document.querySelectorAll('.bars')[0].querySelectorAll('.stick')).map(s => { const r = s.getBoundingClientRect(); return Math.round(Math.max(r.height, r.width)) })"
    assert browser.run(f"{longest}[0] === {longest}[2] && {longest}[0] > 40"), browser.run(longest)
    artists = "Array.from(document.querySelectorAll('.chart')[0].querySelectorAll('dt')).map(t => t.textContent)"
    assert sorted(browser.run(artists)) == ["<img src=x onerror=document.title='owned'>", "Ida Holm"], browser.run(artists)
    browser.back()
    settle(browser, pills.replace("map(a", "filter(a => a.hasAttribute('aria-current')).map(a"), ["All years"])
    browser.run("document.querySelectorAll('.plot summary').forEach(s => s.click())")
    rows = "Array.from(document.querySelectorAll('.plot table')).map(t => Array.from(t.rows).map(r => Array.from(r.cells).map(c => c.textContent).join(' ')))"
    assert browser.run(rows)[0] == ["Year Plays Time", "2022 1 3 minutes", "2024 2 6 minutes"], browser.run(rows)
    said = browser.run("document.getElementById('list').textContent")
    for words in ["Paid by year, in euros (EUR)", "1,202.99", "2.99 refunded", "in Norwegian kroner (NOK)", "49.00", "iPhone 15 Pro",
                  "Jan 2026", "Feb 2026", "The Harbour Hour", "Tide Line"]:
        assert words in said, (words, said)
    assert "Their App" not in said and "77.00" not in said, said


def keys_lead_through_a_list(browser, library):
    visit(browser, library + "/windfall-report/mail.html")
    browser.press("/")
    settle(browser, "document.activeElement.id", "search")
    browser.press("ArrowDown")
    settle(browser, "document.activeElement.dataset.row", "0")
    browser.press("ArrowDown")
    settle(browser, "document.activeElement.dataset.row", "1")
    browser.press("ArrowUp")
    settle(browser, "document.activeElement.dataset.row", "0")


def nothing_is_smaller_than_a_finger_and_all_has_a_name(browser, library):
    for name in ["notes", "drive", "contacts", "calendar", "mail", "bookmarks", "records"]:
        visit(browser, f"{library}/windfall-report/{name}.html")
        unnamed = browser.run("""Array.from(document.querySelectorAll('a, button, select, input')).filter(e => e.checkVisibility()
          && !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim()
            || e.querySelector('img')?.alt)).map(e => e.outerHTML.slice(0, 90))""")
        assert not unnamed, (name, unnamed)
        wide = browser.run("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (name, wide)
        if browser.run("innerWidth < 600"):
            small = [target for target in browser.run(TARGETS) if "checkbox" not in target]
            assert not small, (name, small)


SCENES = [
    the_main_page_leads_there, notes_are_read_and_searched, drive_opens, cards_are_found, a_calendar_by_month,
    mail_shows_headers_and_never_bodies, bookmarks_that_would_run_are_text, records_are_bars_with_their_numbers,
    keys_lead_through_a_list, nothing_is_smaller_than_a_finger_and_all_has_a_name,
]


def main(path):
    library = pathlib.Path(path).resolve().as_uri()
    for look in LOOKS:
        with Browser(**look) as browser:
            for scene in SCENES:
                scene(browser, library)
                assert not browser.console, f"{scene.__name__}: {browser.console}"
                assert browser.run("document.title !== 'owned' && !document.querySelector('img[src=x]')"), scene.__name__
            elsewhere = [url for url in browser.requests if not url.startswith((library, "data:"))]
            assert not elsewhere, elsewhere


if __name__ == "__main__":
    main(*sys.argv[1:])
