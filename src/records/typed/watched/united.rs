//! Brings views of several files together that are one.
//!
//! They come in the order of time, so that only those of the last ten minutes are in memory.

use std::collections::VecDeque;

use rusqlite::{Connection, Row, params};

use super::{Kind, Source, What, name_key};

/// Seconds between the ends of one view in two files, at most.
const ABOUT: i64 = 600;

/// Nobody watches more in that time.
const MOST: usize = 256;

/// A view of one file.
struct View {
    source: Source,
    at: i64,
    item: Option<String>,
    what: What,
    keys: Keys,
    started: [Option<String>; 3],
    ended: [Option<String>; 3],
    played_ms: Option<f64>,
    channel: Option<String>,
    progress: Option<f64>,
    position_s: Option<f64>,
    device: Option<String>,
}

/// Names, so that spelling makes no difference.
struct Keys {
    show: Option<String>,
    title: Option<String>,
}

/// Writes the table of the views that are staged.
pub fn write(connection: &Connection) -> rusqlite::Result<()> {
    let mut asked = connection.prepare(
        "SELECT * FROM (SELECT *, row_number() OVER (
            PARTITION BY source, sitting ORDER BY rank DESC, played_ms DESC NULLS LAST, id
        ) AS nth FROM temp.views) WHERE nth = 1 ORDER BY at, source, id",
    )?;
    let mut rows = asked.query([])?;
    let mut open: VecDeque<Vec<View>> = VecDeque::new();
    while let Some(row) = rows.next()? {
        let view = View::read(row)?;
        let is_over = |views: &Vec<View>| views.iter().all(|other| view.at.saturating_sub(other.at) > ABOUT);
        while let Some(views) = open.pop_front_if(|views| is_over(views)) {
            insert(connection, views)?;
        }
        match nearest(&open, &view).and_then(|at| open.get_mut(at)) {
            Some(views) => views.push(view),
            None => open.push_back(vec![view]),
        }
        if open.len() > MOST
            && let Some(views) = open.pop_front()
        {
            insert(connection, views)?;
        }
    }
    open.into_iter().try_for_each(|views| insert(connection, views))
}

/// The place of the views that this one is one with.
fn nearest(open: &VecDeque<Vec<View>>, view: &View) -> Option<usize> {
    let distance = |views: &Vec<View>| {
        if views.iter().any(|other| other.source == view.source) {
            return None;
        }
        let same = views.iter().filter(|other| is_same(view, other));
        same.map(|other| view.at.abs_diff(other.at))
            .min()
            .filter(|distance| *distance <= ABOUT.unsigned_abs())
    };
    let distances = open.iter().enumerate().filter_map(|(at, views)| Some((distance(views)?, at)));
    distances.min().map(|(_, at)| at)
}

/// Whether two views are of one thing.
fn is_same(one: &View, other: &View) -> bool {
    if one.item.is_some() && one.item == other.item {
        return true;
    }
    match (one.what.is_certain, other.what.is_certain) {
        (true, true) if one.what.kind == other.what.kind => match one.what.kind {
            Some(Kind::Episode) => is_same_episode(one, other),
            _ => one.keys.title == other.keys.title && agree(one.what.year, other.what.year) != Some(false),
        },
        (true, true) => false,
        // one of them is a name alone
        _ => one.keys.has(&other.keys) || other.keys.has(&one.keys),
    }
}

fn is_same_episode(one: &View, other: &View) -> bool {
    let shows = agree(one.keys.show.as_ref(), other.keys.show.as_ref());
    if shows == Some(false) {
        return false;
    }
    let seasons = agree(one.what.season, other.what.season);
    let numbers = agree(one.what.episode, other.what.episode);
    let titles = agree(one.keys.title.as_ref(), other.keys.title.as_ref());
    match (seasons, numbers) {
        (Some(false), _) | (_, Some(false)) => false,
        // a title may be spelled in another language
        (Some(true), Some(true)) => shows.or(titles) == Some(true),
        _ => titles.or(shows) == Some(true),
    }
}

/// Whether both say the same; `None` if one says nothing.
fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<bool> {
    one.zip(other).map(|(one, other)| one == other)
}

impl Keys {
    /// Whether something of these names may be what is only known by the name `of`: of the show, the episode or both.
    fn has(&self, of: &Keys) -> bool {
        let Some(name) = of.title.as_ref().or(of.show.as_ref()) else { return false };
        let is_both = self.show.as_ref().zip(self.title.as_ref()).is_some_and(|(show, title)| {
            name.strip_prefix(show.as_str()) == Some(title) || name.strip_prefix(title.as_str()) == Some(show)
        });
        is_both || self.show.as_ref() == Some(name) || self.title.as_ref() == Some(name)
    }
}

impl View {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let source: usize = row.get("source")?;
        let kind: Option<String> = row.get("kind")?;
        let what = What {
            kind: kind.and_then(|kind| Kind::of(&kind)),
            is_certain: row.get("is_certain")?,
            show: row.get("show")?,
            season: row.get("season")?,
            season_name: row.get("season_name")?,
            episode: row.get("episode")?,
            title: row.get("title")?,
            year: row.get("year")?,
        };
        Ok(View {
            source: Source::ALL.get(source).copied().unwrap_or(Source::Bookmarks),
            at: row.get("at")?,
            item: row.get("item")?,
            keys: Keys {
                show: what.show.as_deref().map(name_key),
                title: what.title.as_deref().map(name_key),
            },
            what,
            started: [row.get("started_utc")?, row.get("started_raw")?, row.get("started_basis")?],
            ended: [row.get("ended_utc")?, row.get("ended_raw")?, row.get("ended_basis")?],
            played_ms: row.get("played_ms")?,
            channel: row.get("channel")?,
            progress: row.get("progress")?,
            position_s: row.get("position_s")?,
            device: row.get("device")?,
        })
    }

    /// Takes what it leaves open from the same view in another file.
    fn complete(&mut self, other: View) {
        let (what, stated) = (&mut self.what, other.what);
        if stated.is_certain && !what.is_certain {
            *what = stated;
        } else {
            let is_alike = what.kind == stated.kind;
            if is_alike {
                what.season = what.season.or(stated.season);
                what.season_name = what.season_name.take().or(stated.season_name);
                what.episode = what.episode.or(stated.episode);
                what.show = what.show.take().or(stated.show);
                what.title = what.title.take().or(stated.title);
                what.year = what.year.or(stated.year);
            }
        }
        let time = |time: &mut [Option<String>; 3], other: [Option<String>; 3]| {
            if time[0].is_none() && other[0].is_some() {
                *time = other;
            }
        };
        time(&mut self.started, other.started);
        time(&mut self.ended, other.ended);
        self.played_ms = self.played_ms.or(other.played_ms);
        self.channel = self.channel.take().or(other.channel);
        self.progress = self.progress.or(other.progress);
        self.position_s = self.position_s.or(other.position_s);
        self.device = self.device.take().or(other.device);
    }
}

fn insert(connection: &Connection, mut views: Vec<View>) -> rusqlite::Result<()> {
    views.sort_by_key(|view| view.source);
    let mut sources: Vec<&str> = views.iter().map(|view| view.source.name()).collect();
    sources.dedup();
    let sources = sources.join("; ");
    let mut views = views.into_iter();
    let Some(mut view) = views.next() else { return Ok(()) };
    views.for_each(|other| view.complete(other));
    let What { kind, show, season, season_name, episode, title, year, .. } = view.what;
    let [started_utc, started_raw, started_basis] = view.started;
    let [ended_utc, ended_raw, ended_basis] = view.ended;
    // to the hundredth
    let minutes = view.played_ms.map(|ms| (ms / 600.0).round() / 100.0);
    let sql = "INSERT INTO watched VALUES \
        (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)";
    connection.prepare_cached(sql)?.execute(params![
        started_utc,
        ended_utc,
        kind.map(Kind::name),
        show,
        season,
        episode,
        title,
        year,
        minutes,
        view.channel,
        view.progress,
        started_raw,
        started_basis,
        ended_raw,
        ended_basis,
        season_name,
        view.position_s,
        view.device,
        sources,
    ])?;
    Ok(())
}
