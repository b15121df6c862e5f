//! Podcasts: the subscriptions as OPML, which every program for podcasts takes, and the episodes as a table.
//!
//! An address that differs from another in case or a slash at its end alone is the same feed, and is there once. Private
//! addresses are written whole: without their token they lead nowhere.

use std::collections::HashSet;
use std::io::{self, Write};

use quick_xml::escape::escape;
use rusqlite::Connection;

use super::{Elsewhere, each_row, has_rows, sheet};
use crate::library::layout::PODCASTS;

/// Subscribed ones first, so that of one feed in several spellings that one stays.
const FEEDS: &str = "SELECT subscribed IS 1, title, feed_url FROM podcasts WHERE feed_url IS NOT NULL
    ORDER BY 1 DESC, lower(coalesce(title, feed_url)), title, feed_url, rowid";

const EPISODES: &str = "SELECT feed_url, episode_id, played, position_s, last_played_utc AS last_played,
    marked_utc AS marked_as_played, plays
    FROM podcast_episodes ORDER BY feed_url, last_played_utc, episode_id, rowid";

pub fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let mut files = Vec::new();
    if has_rows(database, FEEDS)? {
        files.push(Elsewhere::new(format!("{PODCASTS}/subscriptions.opml"), opml));
    }
    if has_rows(database, EPISODES)? {
        files.push(Elsewhere::new(format!("{PODCASTS}/episodes.csv"), |database, to| {
            sheet::write(database, EPISODES, [], to)
        }));
    }
    Ok(files)
}

fn opml(database: &Connection, to: &mut dyn Write) -> io::Result<()> {
    let mut known: HashSet<String> = HashSet::new();
    let (mut subscribed, mut others) = (Vec::new(), Vec::new());
    each_row(database, FEEDS, [], |row| {
        let (is_subscribed, title, url): (bool, Option<String>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        if known.insert(url.trim_end_matches('/').to_lowercase()) {
            let outlines = if is_subscribed { &mut subscribed } else { &mut others };
            outlines.push((title.unwrap_or_else(|| url.clone()), url));
        }
        Ok(Ok(()))
    })?;
    to.write_all(
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    \
          <title>Podcasts</title>\n  </head>\n  <body>\n",
    )?;
    for (name, outlines) in [("Subscribed", subscribed), ("Not subscribed", others)] {
        if outlines.is_empty() {
            continue;
        }
        writeln!(to, "    <outline text=\"{name}\" title=\"{name}\">")?;
        for (title, url) in outlines {
            let (title, url) = (attribute(&title), attribute(&url));
            writeln!(
                to,
                "      <outline type=\"rss\" text=\"{title}\" title=\"{title}\" xmlUrl=\"{url}\"/>"
            )?;
        }
        to.write_all(b"    </outline>\n")?;
    }
    to.write_all(b"  </body>\n</opml>\n")
}

/// A text on one line, as the value of an attribute. No escape helps a character that XML cannot hold.
fn attribute(text: &str) -> String {
    let is_xml = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let words: Vec<&str> = text.split_whitespace().collect();
    escape(words.join(" ").chars().filter(is_xml).collect::<String>()).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::records::elsewhere::tests::written;

    #[test]
    fn subscriptions_and_episodes() {
        let podcasts = "Feed URL,Title,Subscribed?\n\
            https://example.org/a?x=1&y=\"\"2\"\",Zwei & <Drei>,Yes\n\
            https://example.org/b,\"Harbour\n\u{1}News\",yes\nHTTPS://example.org/B/,Harbour again,No\n\
            https://example.org/c,,No\nhttps://example.org/d/,D,\nhttps://example.org/D,d,Yes\n,No address,Yes\n";
        let podcasts = podcasts
            .replace("https://example.org/a?x=1&y=\"\"2\"\"", "\"https://example.org/a?x=1&y=\"\"2\"\"\"");
        let states = "Feed URL,Episode ID,Last played on,Playback position,Has been played?\n\
            https://example.org/b,E2,2025-02-11T08:09:10Z,61.5,No\n\
            https://example.org/b,\"E,1\",2025-02-10T08:09:10Z,0,Yes\n";
        assert_eq!(
            written(&[("Your Podcasts.csv", podcasts.as_bytes()), ("Podcasts Playstate.csv", states.as_bytes())]),
            [
                (
                    "Podcasts/episodes.csv".to_owned(),
                    "feed_url,episode_id,played,position_s,last_played,marked_as_played,plays\n\
                     https://example.org/b,\"E,1\",1,0,2025-02-10T08:09:10Z,,\n\
                     https://example.org/b,E2,0,61.5,2025-02-11T08:09:10Z,,\n"
                        .to_owned()
                ),
                (
                    "Podcasts/subscriptions.opml".to_owned(),
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<opml version=\"2.0\">
  <head>
    <title>Podcasts</title>
  </head>
  <body>
    <outline text=\"Subscribed\" title=\"Subscribed\">
      <outline type=\"rss\" text=\"d\" title=\"d\" xmlUrl=\"https://example.org/D\"/>
      <outline type=\"rss\" text=\"Harbour News\" title=\"Harbour News\" xmlUrl=\"https://example.org/b\"/>
      <outline type=\"rss\" text=\"Zwei &amp; &lt;Drei&gt;\" title=\"Zwei &amp; &lt;Drei&gt;\" xmlUrl=\"https://example.org/a?x=1&amp;y=&quot;2&quot;\"/>
    </outline>
    <outline text=\"Not subscribed\" title=\"Not subscribed\">
      <outline type=\"rss\" text=\"https://example.org/c\" title=\"https://example.org/c\" xmlUrl=\"https://example.org/c\"/>
    </outline>
  </body>
</opml>
"
                    .to_owned()
                ),
            ]
        );
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(written(&[("Your Podcasts.csv", b"Feed URL,Title,Subscribed?\n,No address,Yes\n")]), []);
    }
}
