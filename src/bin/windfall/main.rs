//! The windfall command: parses, calls the library, and hands what it returns to the terminal. It decides
//! nothing about photos, and only the terminal prints.
//!
//! All work has a thread of its own, while the main thread waits for its end or for a signal. The first signal
//! asks a run to stop; on the second, or where nothing runs, `main` simply returns, which ends the process
//! without waiting for anybody.

mod cli;
mod machine;
mod terminal;

use std::env;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::iter;
use std::num::NonZeroUsize;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use clap::ColorChoice;
use serde::Serialize;

use cli::{ByHand, Cli, Command, Output, Speech};
use machine::{Machine, known, window};
use terminal::{Bar, Screen, Voice, guide};
use windfall::cli::{
    albums, arrange, check, copy, forget, import, is_library, is_panic_expected, list, list::Explained,
    mirror, page, rebuild, remedy, repair, report, sidecars, similar, verify,
};
use windfall::{
    Error, Problem, Progress, RememberedSettings, RepairRun, Run, Settings, Severity, Strangers, VerifyRun,
    Watch,
};

/// How a command ended.
#[derive(Debug, Clone, Copy)]
enum Exit {
    Done = 0,
    Stopped = 1,
    Usage = 2,
    Incomplete = 3,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

fn main() -> ExitCode {
    quieten_expected_panics();
    let words: Vec<OsString> = env::args_os().collect();
    let paths = guide::begins_with(words.get(1..).unwrap_or_default()).filter(|_| guide::is_possible());
    let exit = match paths {
        Some(paths) => attended(move |running| guided(paths, running)),
        None => attended(move |running| understood(words, running)),
    };
    exit.into()
}

/// Runs a command line as it was typed.
fn understood(words: Vec<OsString>, running: &Running) -> Exit {
    match cli::parse(words.into_iter()) {
        Ok(cli) => run(cli, running),
        Err(error) => misused(&error),
    }
}

/// A photo that makes its decoder panic costs a thumbnail, and its owner is told of that in words.
fn quieten_expected_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |what| {
        if !is_panic_expected() {
            usual(what);
        }
    }));
}

/// Says what is wrong with a command line, or the help that was asked for.
fn misused(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Done;
    }
    terminal::misused(error, cli::hint(error));
    Exit::Usage
}

fn run(cli: Cli, running: &Running) -> Exit {
    match cli.speech.color {
        ColorChoice::Auto => {}
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
    let Cli { command, speech } = cli;
    let about = command.library().map(Path::to_owned);
    let is_unsaid = command.leaves_damage_unsaid();
    let exit = match command {
        Command::List(arguments) => listing(&arguments),
        Command::Categories => printed(terminal::categories()),
        Command::Completions(arguments) => printed(terminal::completions(arguments.shell)),
        Command::Man => printed(terminal::manual()),
        Command::Import(arguments) => {
            in_session(&speech, arguments.reading.pace.output(), running, |session| {
                session.import(&arguments)
            })
        }
        Command::Check(arguments) => {
            in_session(&speech, arguments.reading.pace.output(), running, |session| session.check(&arguments))
        }
        Command::Verify(arguments) => {
            in_session(&speech, arguments.pace.output(), running, |session| session.verify(&arguments))
        }
        Command::Repair(arguments) => {
            in_session(&speech, arguments.pace.output(), running, |session| session.repair(&arguments))
        }
        Command::Mirror(arguments) => {
            in_session(&speech, arguments.output(), running, |session| session.mirror(&arguments))
        }
        Command::Similar(arguments) => {
            in_session(&speech, arguments.pace.output(), running, |session| session.similar(&arguments))
        }
        Command::Report(arguments) => {
            in_session(&speech, arguments.output(), running, |session| session.report(&arguments))
        }
        Command::Copy(arguments) => {
            in_session(&speech, arguments.output(), running, |session| session.copy(&arguments))
        }
        Command::Albums(arguments) => {
            in_session(&speech, arguments.output(), running, |session| session.albums(&arguments))
        }
        Command::Arrange(arguments) => {
            in_session(&speech, arguments.output(), running, |session| session.arrange(&arguments))
        }
        Command::Forget(arguments) => {
            in_session(&speech, arguments.output(), running, |session| session.forget(&arguments))
        }
        Command::Sidecars(arguments) => {
            in_session(&speech, arguments.output(), running, |session| session.sidecars(&arguments))
        }
    };
    // one that was interrupted or stopped is gone on with, so that it has to be found again too
    if let Some(library) = about.filter(|library| is_library(library)) {
        known::remember(&library);
        // what these verbs do does not depend on it, and so neither does how they end
        if is_unsaid
            && matches!(exit, Exit::Done | Exit::Incomplete)
            && let Ok(health) = verify::health(&library)
        {
            terminal::harmed(&library, &health);
        }
    }
    exit
}

/// Asks what its owner wants, and runs the commands that it comes to.
fn guided(paths: Vec<PathBuf>, running: &Running) -> Exit {
    let last = Mutex::new(Exit::Done);
    let world = guide::World {
        look: &|inputs, library| {
            let strangers = Strangers::Refused;
            let watch = Watch { progress: &(), cancel: &AtomicBool::new(false) };
            import::glance(&Run { inputs, strangers, jobs: NonZeroUsize::MIN, watch }, library)
        },
        health: &verify::health,
        are_the_same: &mirror::are_the_same,
        // a page without large pictures is a page
        previews: &|library| page::previews_to_make(library).unwrap_or_default(),
        run: &|arguments| {
            let words = iter::once(OsString::from("windfall")).chain(arguments.iter().cloned());
            let exit = understood(words.collect(), running);
            *locked(&running.0) = Now::Idle;
            *locked(&last) = exit;
            match exit {
                Exit::Done => guide::Came::Whole,
                Exit::Incomplete => guide::Came::Incomplete,
                Exit::Stopped | Exit::Usage => guide::Came::Stopped,
                Exit::Interrupted => guide::Came::Interrupted,
            }
        },
        machine: Machine::this(env::var_os(cli::LIBRARY)),
    };
    let talked = guide::talk(world, paths);
    if window::was_opened_for_this() {
        // a terminal that is gone has nothing to keep open
        let _ = guide::keep_window_open();
    }
    match talked {
        Ok(guide::Came::Interrupted) => Exit::Interrupted,
        Ok(_) => *locked(&last),
        Err(source) => failed(&Error::io("talk to", Path::new("the terminal"))(source), None),
    }
}

fn printed(result: Result<(), Error>) -> Exit {
    result.map_or_else(|error| failed(&error, None), |()| Exit::Done)
}

fn listing(arguments: &cli::List) -> Exit {
    let library = &arguments.library;
    let filters = arguments.filtering.filters();
    let result = match &arguments.explain {
        Some(path) => list::explain(library, path).and_then(|told| match (arguments.json, told) {
            (true, Explained::File(story)) => terminal::json_line(&story.json()),
            (true, Explained::LeftOut(left)) => terminal::json_line(&left),
            (true, Explained::Made(made)) => terminal::json_line(&made),
            (false, Explained::Made(made)) => terminal::made(&made),
            (false, Explained::File(story)) => terminal::explained(&story),
            (false, Explained::LeftOut(left)) => terminal::left_out(library, &left),
        }),
        None if arguments.checksums => terminal::checksums(library, &filters),
        None if arguments.json => terminal::listed_as_json(library, &filters),
        None => terminal::listed(library, &filters),
    };
    printed(result)
}

/// What a run says, and how it is stopped.
#[derive(Clone)]
struct Session {
    voice: Voice,
    screen: Arc<Screen>,
    cancel: Arc<AtomicBool>,
    running: Running,
}

impl Session {
    fn new(speech: &Speech, output: Output, running: &Running) -> Result<Self, Error> {
        let voice = speech.voice();
        let unseen = speech.no_progress
            || voice == Voice::Quiet
            || output == Output::Json && !terminal::is_read_by_a_person();
        let bar = if unseen { Bar::None } else { Bar::Wanted };
        let append = |path: &PathBuf| {
            OpenOptions::new().create(true).append(true).open(path).map_err(Error::io("write", path))
        };
        let log = speech.log_file.as_ref().map(append).transpose()?;
        let screen = Screen::new(voice, bar, log);
        let words: Vec<String> = env::args_os().map(|word| remedy::quoted(Path::new(&word))).collect();
        screen.log("command", &words.join(" "));
        let (screen, cancel) = (Arc::new(screen), Arc::default());
        Ok(Session { voice, screen, cancel, running: running.clone() })
    }

    /// Tells what a run came to, or why it stopped. `when_interrupted` is the hint of an interruption.
    fn told<T>(
        &self,
        result: Result<T, Error>,
        when_interrupted: Option<&str>,
        tell: impl FnOnce(&T) -> Exit,
    ) -> Exit {
        self.screen.clear();
        match result {
            Ok(done) => tell(&done),
            Err(error) => self.failed(&error, when_interrupted),
        }
    }

    /// Says what a run came to: to a program, to a person, or nothing but what went wrong.
    fn says(
        &self,
        output: Output,
        document: &impl Serialize,
        problems: &[Problem],
        words: impl FnOnce(Voice) -> Result<(), Error>,
    ) -> Exit {
        let shown = match (output, self.voice) {
            (Output::Json, _) => terminal::json(document),
            (Output::Words, Voice::Quiet) => terminal::errors(problems),
            (Output::Words, voice) => words(voice),
        };
        self.ended(shown, problems)
    }

    /// Ends a run that came to its end: what is printed decides, then what was found.
    fn ended(&self, shown: Result<(), Error>, problems: &[Problem]) -> Exit {
        for problem in problems {
            let place: Vec<&str> = problem.archive.iter().chain(&problem.entry).map(|s| &**s).collect();
            let kind = if problem.severity == Severity::Error { "error" } else { "warning" };
            self.screen
                .log(kind, &format!("{}: {}: {}", problem.code.as_str(), place.join(": "), problem.message));
        }
        match shown {
            Err(error) => self.failed(&error, None),
            Ok(()) if report::has_errors(problems) => Exit::Incomplete,
            Ok(()) => Exit::Done,
        }
    }

    fn failed(&self, error: &Error, when_interrupted: Option<&str>) -> Exit {
        self.screen.log("error", &error.to_string());
        failed(error, when_interrupted)
    }

    fn watch(&self) -> Watch<'_> {
        Watch { progress: &*self.screen, cancel: &self.cancel }
    }

    fn run<'a>(
        &'a self,
        reading: &'a cli::Reading,
        strangers: Strangers,
        library: Option<&PathBuf>,
    ) -> Run<'a> {
        Run {
            inputs: &reading.inputs,
            strangers,
            jobs: reading.pace.jobs(reading.inputs.iter().chain(library)),
            watch: self.watch(),
        }
    }

    fn import(&self, arguments: &cli::Import) -> Exit {
        let Some(library) = &arguments.to else {
            let command = arguments.whole_command();
            let hint =
                format!("say where the library is or should be, here or in WINDFALL_LIBRARY: `{command}`");
            terminal::failure("--to is missing", &[], Some(&hint));
            return Exit::Usage;
        };
        let defaults = Settings::standard(chrono_tz::Tz::UTC);
        let settings = |remembered: &RememberedSettings| {
            let note = |text: &str| self.screen.note(text);
            arguments.choices.settle(&defaults, remembered, &cli::machine_zone, &note)
        };
        let run = self.run(&arguments.reading, arguments.strangers(), Some(library));
        let result = match arguments.dry_run {
            true => import::dry_run(&run, library, &settings),
            false => import::import(&run, library, &settings),
        };
        self.told(result, arguments.dry_run.then_some(NOTHING_WRITTEN), |report| {
            terminal::left_alone(&report.left_alone, self.voice);
            let words = |voice| terminal::imported(report, voice);
            self.says(arguments.reading.pace.output(), report, &report.problems, words)
        })
    }

    fn check(&self, arguments: &cli::Check) -> Exit {
        if arguments.structure {
            return self.structure(arguments);
        }
        let result = check::check(&self.run(&arguments.reading, Strangers::Refused, None));
        self.told(result, Some(NOTHING_WRITTEN), |check| {
            terminal::left_alone(&check.left_alone, self.voice);
            let words = |voice| terminal::checked(check, voice);
            self.says(arguments.reading.pace.output(), check, &check.problems, words)
        })
    }

    /// Says nothing but what may be shown to others, so names of archives and problems stay unsaid.
    fn structure(&self, arguments: &cli::Check) -> Exit {
        let result = check::structure(&self.run(&arguments.reading, Strangers::Refused, None));
        self.told(result, Some(NOTHING_WRITTEN), |(check, structure)| {
            let shown = match arguments.reading.pace.output() {
                Output::Json => terminal::json(structure),
                Output::Words => terminal::structure(structure),
            };
            self.ended(shown, &check.problems)
        })
    }

    fn copy(&self, arguments: &cli::CopyPhotos) -> Exit {
        let run = copy::Run {
            library: &arguments.library,
            folder: &arguments.to,
            jobs: arguments.jobs(),
            watch: self.watch(),
        };
        self.told(copy::copy(&run, &arguments.wishes()), None, |copied| {
            let words = |voice| terminal::copied(&arguments.to, copied, voice);
            self.says(arguments.output(), copied, &copied.problems, words)
        })
    }

    fn albums(&self, arguments: &cli::Albums) -> Exit {
        let result = albums::albums(&arguments.run(self.watch()), arguments.form);
        self.told(result, Some(GOES_ON), |made| {
            let words = |voice| terminal::albums_made(made, voice);
            self.says(arguments.output(), made, &made.counts.problems, words)
        })
    }

    fn arrange(&self, arguments: &cli::Arrange) -> Exit {
        let run = arguments.run(self.watch());
        let (result, what) = match (arguments.undo, arguments.dry_run) {
            (true, _) => (arrange::undo(&run), terminal::Arranging::Undo),
            (_, true) => (arrange::rehearse(&run, &arguments.wanted()), terminal::Arranging::DryRun),
            _ => (arrange::arrange(&run, &arguments.wanted()), terminal::Arranging::Real),
        };
        self.told(result, Some(GOES_ON), |arranged| {
            let words = |voice| terminal::arranged(arranged, what, voice);
            self.says(arguments.output(), arranged, &arranged.counts.problems, words)
        })
    }

    fn forget(&self, arguments: &cli::Forget) -> Exit {
        if arguments.edited {
            let result = forget::edited::keep_edits(&arguments.library, &arguments.paths);
            return self.told(result, Some(GOES_ON), |kept| {
                let words = |voice| terminal::edits_kept(kept, voice);
                self.says(arguments.output(), kept, &kept.problems, words)
            });
        }
        let run = arguments.run(self.watch());
        let (result, what) = match arguments.undo {
            true => (forget::left_out::bring_back(&run, &arguments.paths), terminal::Forgetting::Undo),
            false => (
                forget::left_out::forget(&run, &arguments.paths, arguments.fate()),
                terminal::Forgetting::Done(arguments.fate()),
            ),
        };
        self.told(result, Some(GOES_ON), |left_out| {
            let words = |voice| terminal::forgotten(left_out, what, voice);
            self.says(arguments.output(), left_out, &left_out.counts.problems, words)
        })
    }

    fn sidecars(&self, arguments: &cli::Sidecars) -> Exit {
        let cli::Sidecars { library, audience, remove, .. } = arguments;
        let form = audience.form();
        let output = arguments.output();
        if *remove {
            return self.told(sidecars::remove(library, form), None, |removed| {
                let words = |voice| terminal::removed(form, removed, voice);
                self.says(output, &removed.counts(), &[], words)
            });
        }
        self.told(sidecars::write(library, form, self.watch()), None, |kept| {
            let counts = kept.counts();
            let words = |voice| terminal::written(library, *audience, kept, voice);
            self.says(output, &counts, &counts.problems, words)
        })
    }

    fn verify(&self, arguments: &cli::Verify) -> Exit {
        let run = VerifyRun {
            library: &arguments.library,
            jobs: arguments.pace.jobs(arguments.against.iter().flatten().chain([&arguments.library])),
            watch: self.watch(),
        };
        let against = arguments.against.as_deref();
        let defaults = Settings::standard(chrono_tz::Tz::UTC);
        let result = if arguments.rebuild_catalog {
            let settings = |remembered: &RememberedSettings| {
                let note = |text: &str| self.screen.note(text);
                cli::Choices::default().settle(&defaults, remembered, &cli::machine_zone, &note)
            };
            rebuild::rebuild(&run, &settings, against)
        } else {
            verify::verify(&run, against)
        };
        self.told(result, Some(NOTHING_WRITTEN), |verification| {
            terminal::left_alone(&verification.left_alone, self.voice);
            let words = |voice| terminal::verified(verification, voice);
            self.says(arguments.pace.output(), verification, &verification.problems, words)
        })
    }

    fn mirror(&self, arguments: &cli::Mirror) -> Exit {
        self.told(mirror::mirror(&arguments.run(self.watch())), None, |mirrored| {
            let words = |voice| terminal::mirrored(&arguments.to, mirrored, voice);
            self.says(arguments.output(), mirrored, &mirrored.problems, words)
        })
    }

    fn repair(&self, arguments: &cli::Repair) -> Exit {
        let cli::Repair { library, from, changed, pace, .. } = arguments;
        let run = RepairRun {
            library,
            from,
            look: arguments.look(),
            changed,
            jobs: pace.jobs(from.iter().chain([library])),
            watch: self.watch(),
        };
        self.told(repair::repair(&run), None, |repaired| {
            let words = |voice| terminal::repaired(repaired, run.look, voice);
            self.says(pace.output(), repaired, &repaired.problems, words)
        })
    }

    fn similar(&self, arguments: &cli::Similar) -> Exit {
        let cli::Similar { library, filtering, pace } = arguments;
        let jobs = pace.jobs(iter::once(library));
        let result = similar::similar(library, &filtering.filters(), self.watch(), jobs);
        self.told(result, Some(NOTHING_CHANGED), |similar| {
            let words = |voice| terminal::similar(similar, voice);
            self.says(pace.output(), similar, &[], words)
        })
    }

    fn report(&self, arguments: &cli::Report) -> Exit {
        let result = page::write(&arguments.library, &arguments.options(), self.watch(), arguments.jobs());
        self.told(result, None, |written| {
            // why not, systems tell in numbers
            if arguments.open && open::that_detached(&written.path).is_err() {
                let address = page::of_file(&written.path);
                self.screen.note(&format!("no browser could be opened; the page is {address}"));
            }
            let words = |voice| terminal::page_written(written, voice);
            self.says(arguments.output(), written, &written.problems, words)
        })
    }
}

/// The hint for an interrupted run that keeps its thumbnails and changes nothing else.
const NOTHING_CHANGED: &str = "nothing was changed; run the same command again to go on";

/// The hint for an interrupted run that changes a library by its owner's hand.
const GOES_ON: &str = "nothing is lost; the next run goes on where this one stopped";

/// The hint for an interrupted run that had nothing to keep.
const NOTHING_WRITTEN: &str = "nothing was written; run the same command again to start over";

/// Says why a command stopped. `when_interrupted` replaces the hint of an interruption.
fn failed(error: &Error, when_interrupted: Option<&str>) -> Exit {
    let interrupted = matches!(error, Error::Interrupted);
    terminal::stopped(error, when_interrupted.filter(|_| interrupted));
    match error {
        _ if interrupted => Exit::Interrupted,
        error if error.is_usage() => Exit::Usage,
        _ => Exit::Stopped,
    }
}

enum Event {
    Ended(Exit),
    Signal,
}

/// What goes on now.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<Now>>);

#[derive(Clone, Default)]
enum Now {
    /// Nothing that would have to be stopped.
    #[default]
    Idle,
    /// A run, which stops when it is told to.
    Works(Stop),
    /// A run has ended and said what it came to: how the process ends is decided.
    Said,
}

#[derive(Clone)]
struct Stop {
    cancel: Arc<AtomicBool>,
    screen: Arc<Screen>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a command that stops when its owner asks.
fn in_session(
    speech: &Speech,
    output: Output,
    running: &Running,
    command: impl FnOnce(&Session) -> Exit,
) -> Exit {
    let session = match Session::new(speech, output, running) {
        Ok(session) => session,
        Err(error) => return failed(&error, None),
    };
    let stop = Stop { cancel: Arc::clone(&session.cancel), screen: Arc::clone(&session.screen) };
    *locked(&session.running.0) = Now::Works(stop);
    let exit = command(&session);
    *locked(&session.running.0) = Now::Said;
    exit
}

/// Does the work on a thread of its own, until it ends or its owner insists.
fn attended(work: impl FnOnce(&Running) -> Exit + Send + 'static) -> Exit {
    let running = Running::default();
    let own = running.clone();
    let (sender, events) = mpsc::channel();
    let signals = Sender::clone(&sender);
    // without a handler a signal ends the process at once, which a library survives as well
    let _ = ctrlc::set_handler(move || {
        let _ = signals.send(Event::Signal);
    });
    let work = move || {
        // a panic has been told by the hook; what is left to do is to end
        let exit = catch_unwind(AssertUnwindSafe(|| work(&own))).unwrap_or(Exit::Stopped);
        let _ = sender.send(Event::Ended(exit));
    };
    if let Err(source) = thread::Builder::new().name("run".to_owned()).stack_size(STACK).spawn(work) {
        return failed(&Error::io("start", Path::new("a thread"))(source), None);
    }
    let mut came_late = false;
    loop {
        let event = events.recv();
        let now = locked(&running.0).clone();
        match (event, now) {
            (Ok(Event::Ended(exit)), _) => return exit,
            (Ok(Event::Signal), Now::Works(stop)) if !stop.cancel.swap(true, Ordering::Relaxed) => {
                stop.screen.note("stopping; press Ctrl-C again to stop at once, which is safe too");
            }
            // it came too late to stop anything, and must not make a whole run look like half a one
            (Ok(Event::Signal), Now::Said) if !came_late => came_late = true,
            (Ok(Event::Signal) | Err(_), now) => {
                if let Now::Works(stop) = now {
                    stop.screen.clear();
                }
                return Exit::Interrupted;
            }
        }
    }
}

/// As much as a main thread has.
const STACK: usize = 8 << 20;
