//! Progress on standard error: a bar while a run lasts, notes that cannot wait, and decisions for those who
//! asked, on the screen or in a log.
//!
//! Threads that read only add to counters, and a thread of its own draws ten times a second. A lock for each
//! chunk would cost more than the hashing.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{LineWriter, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{Local, SecondsFormat};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{FAINT, STRONG, Voice, shown, styled, to_errors};
use windfall::cli::amount;
use windfall::{Phase, Progress};

const TICK: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// If standard error is a terminal.
    Wanted,
    /// Not at all.
    None,
}

/// What a person sees of a run.
pub struct Screen {
    voice: Voice,
    shared: Arc<Shared>,
    ticker: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
    log: Option<Mutex<LineWriter<File>>>,
}

/// What the threads that read share with the one that draws.
struct Shared {
    bar: ProgressBar,
    bytes: AtomicU64,
    files: AtomicU64,
    /// Whether the bar counts bytes, else files.
    by_bytes: AtomicBool,
    archive: Mutex<String>,
}

pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn draw(&self) {
        let by_bytes = self.by_bytes.load(Ordering::Relaxed);
        let done = if by_bytes { &self.bytes } else { &self.files }.load(Ordering::Relaxed);
        let archive = locked(&self.archive).clone();
        self.bar.set_message(archive);
        self.bar.set_position(done);
        self.bar.tick();
    }
}

impl Screen {
    /// A screen without anything on it.
    pub fn new(voice: Voice, bar: Bar, log: Option<File>) -> Self {
        let bar = match bar {
            Bar::Wanted => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
            Bar::None => ProgressBar::hidden(),
        };
        // what a command begins with only it knows
        bar.set_style(style("beginning", 0, 0));
        let shared = Arc::new(Shared {
            bar,
            bytes: AtomicU64::new(0),
            files: AtomicU64::new(0),
            by_bytes: AtomicBool::new(false),
            archive: Mutex::new(String::new()),
        });
        let ticker = if shared.bar.is_hidden() { None } else { tick(&shared) };
        let log = log.map(|file| Mutex::new(LineWriter::new(file)));
        Screen { voice, shared, ticker: Mutex::new(ticker), log }
    }

    /// Adds a line to the log, if there is one. A log that cannot be written stops nothing.
    pub fn log(&self, kind: &str, text: &str) {
        if let Some(log) = &self.log {
            let now = Local::now().to_rfc3339_opts(SecondsFormat::Millis, false);
            for line in text.lines() {
                let _ = writeln!(locked(log), "{now} {kind}: {}", shown(line));
            }
        }
    }

    /// Takes the bar away; what is said afterwards stands on a clean line.
    pub fn clear(&self) {
        let ticker = locked(&self.ticker).take();
        if let Some((stop, thread)) = ticker {
            drop(stop);
            let _ = thread.join();
        }
        self.shared.bar.finish_and_clear();
    }

    fn line(&self, text: &str) {
        self.shared.bar.suspend(|| {
            let _ = to_errors(text);
        });
    }
}

fn tick(shared: &Arc<Shared>) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = mpsc::channel();
    let shared = Arc::clone(shared);
    let draw = move || {
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            shared.draw();
        }
    };
    let thread = std::thread::Builder::new().spawn(draw).ok()?;
    Some((stop, thread))
}

/// What a phase is called.
fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Discover => "looking for zips",
        Phase::Read => "reading",
        Phase::Match => "sorting",
        Phase::Place => "writing",
        Phase::Mirror => "copying",
        Phase::Verify => "verifying",
        Phase::Thumbnails => "making thumbnails",
        Phase::Previews => "making previews",
        Phase::Compare => "comparing",
    }
}

fn style(doing: &str, bytes: u64, files: u64) -> ProgressStyle {
    let rest = match (bytes, files) {
        (0, 0) => " {elapsed}",
        // with the longest numbers and words all of it but the name fits 80 columns
        (0, _) => " [{bar:14}] {human_pos} of {human_len} files  {eta} left  {wide_msg}",
        _ => " [{bar:14}] {read} of {all}  {speed}/s  {eta} left  {wide_msg}",
    };
    let style = ProgressStyle::with_template(&format!("{{spinner}} {doing}{rest}"));
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
    style
        .with_key("read", |bar: &ProgressState, out: &mut dyn fmt::Write| size(out, bar.pos()))
        .with_key("all", |bar: &ProgressState, out: &mut dyn fmt::Write| size(out, bar.len().unwrap_or(0)))
        .with_key("speed", |bar: &ProgressState, out: &mut dyn fmt::Write| size(out, bar.per_sec() as u64))
}

/// Sizes in the bar are written as everywhere else.
fn size(out: &mut dyn fmt::Write, bytes: u64) {
    // nothing that is written to a text fails
    let _ = out.write_str(&amount::size(bytes));
}

impl Progress for Screen {
    fn begin(&self, phase: Phase, files: u64, bytes: u64) {
        let Shared { bar, .. } = &*self.shared;
        if bar.is_hidden() {
            return;
        }
        self.shared.bytes.store(0, Ordering::Relaxed);
        self.shared.files.store(0, Ordering::Relaxed);
        self.shared.by_bytes.store(bytes > 0, Ordering::Relaxed);
        locked(&self.shared.archive).clear();
        bar.reset();
        bar.set_message("");
        bar.set_length(if bytes > 0 { bytes } else { files });
        bar.set_style(style(doing(phase), bytes, files));
    }

    fn bytes(&self, count: u64) {
        self.shared.bytes.fetch_add(count, Ordering::Relaxed);
    }

    fn file(&self, archive: &str) {
        self.shared.files.fetch_add(1, Ordering::Relaxed);
        if !self.shared.bar.is_hidden() {
            let mut current = locked(&self.shared.archive);
            if *current != archive {
                current.clear();
                current.push_str(&shown(archive));
            }
        }
    }

    fn decision(&self, text: &dyn Fn() -> String) {
        if self.voice == Voice::Verbose || self.log.is_some() {
            let text = text();
            self.log("decision", &text);
            if self.voice == Voice::Verbose {
                self.line(&styled(FAINT, shown(&text)));
            }
        }
    }

    fn note(&self, text: &str) {
        self.log("note", text);
        if self.voice != Voice::Quiet {
            // a note of several lines is several notes
            for line in text.lines() {
                let line: Cow<'_, str> = shown(line);
                self.line(&format!("{} {line}", styled(STRONG, "note:")));
            }
        }
    }
}
