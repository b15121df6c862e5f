//! The windfall command: parses, calls the library, and hands what it returns to the terminal. It decides
//! nothing about photos, and only the terminal prints.

mod attended;
mod cli;
mod machine;
mod session;
mod terminal;
mod verbs;

use std::env;
use std::ffi::OsString;
use std::iter;
use std::num::NonZeroUsize;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use clap::ColorChoice;

use attended::{Now, Running, attended};
use cli::{ByHand, Cli, Command};
use machine::{Machine, known, window};
use session::{failed, in_session};
use terminal::{guide, locked};
use windfall::cli::{import, is_library, is_panic_expected, list, list::Explained, mirror, page, verify};
use windfall::{Error, Run, Strangers, Watch};

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
            running.becomes(Now::Idle);
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
