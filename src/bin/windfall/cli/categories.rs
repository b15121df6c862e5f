//! `windfall help categories`: what a request brings, what becomes of it, and what Apple never sends.

/// What each category becomes, and which programs take it.
pub const CATEGORIES: &str = "\
A request at privacy.apple.com brings zips of many categories. Import reads
all in one run:

  photos     Dated folders, each file proved by Apple's checksum; albums are
             links. For Immich, digiKam and others see
             `windfall sidecars --help`.
  notes      Notes/FOLDER/TITLE.md with the files of a note beside it in
             TITLE.assets/. Obsidian and every editor open the folder; Joplin
             and Apple Notes 26 import it.
  drive      Drive/, your tree as it was in iCloud Drive, with the dates that
             iCloud kept. A folder like any other: for any computer, NAS or
             cloud.
  contacts   Contacts/Cards/, a card for each, and `Contacts/All contacts.vcf`
             with all of them. Google Contacts, Nextcloud, Apple Contacts and
             phones import .vcf.
  calendars  Calendars/NAME.ics; reminders as Reminders/LIST.ics and LIST.md.
             Google Calendar, Thunderbird, Nextcloud and Apple Calendar import
             .ics.
  mail       Mail/FOLDER/, each message as delivered; with --mbox also one
             file a folder. Thunderbird (with ImportExportTools NG) takes
             both, Apple Mail imports .mbox.
  bookmarks  Bookmarks/bookmarks.html with all folders, and bookmarks.csv.
             Every browser imports that HTML file; so does Karakeep.
  records    Music/ (playlists as .m3u8 and .csv, what you heard), TV/,
             Podcasts/ (an OPML file for every player), Books/ (what you
             marked, as Markdown), Purchases/ with receipts, Account/,
             Recordings/. Apple's own tables stay in .windfall/details.

`Records.sqlite` has every table that Apple sent, and notes, files, events,
mail, plays and purchases as tables for people: ask it with sqlite3, DuckDB
or DB Browser for SQLite. What nobody understands is kept in Other/.

--only notes,drive imports these categories alone, --without mail all but
this one; the library remembers it, and --only all takes it back. What
Windfall makes of originals is made again if it is gone, and never written
over what you changed.

Apple never sends these with a request:
  Health     In the Health app: your picture, Export All Health Data.
  Messages   They are in the backup of a device, not in a request.
  Passwords  In the Passwords app or Safari: export as CSV. Keep that file
             safe and not for long.";

#[cfg(test)]
mod tests {
    #[test]
    fn it_fits_a_terminal() {
        for line in super::CATEGORIES.lines() {
            assert!(line.chars().count() <= 78, "{line}");
        }
    }
}
