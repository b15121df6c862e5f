//! What all runs have in common: where they speak, how they are stopped, and how they end.

use std::env;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;
use windfall::cli::{remedy, report};
use windfall::{Error, Problem, Run, Severity, Strangers, Watch};

use crate::Exit;
use crate::attended::{Now, Running, Stop};
use crate::cli::{self, Output, Speech};
use crate::terminal::{self, Bar, Screen, Voice};

/// What a run says, and how it is stopped.
#[derive(Clone)]
pub struct Session {
    pub voice: Voice,
    pub screen: Arc<Screen>,
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
    pub fn told<T>(
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
    pub fn says(
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
    pub fn ended(&self, shown: Result<(), Error>, problems: &[Problem]) -> Exit {
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

    pub fn failed(&self, error: &Error, when_interrupted: Option<&str>) -> Exit {
        self.screen.log("error", &error.to_string());
        failed(error, when_interrupted)
    }

    pub fn watch(&self) -> Watch<'_> {
        Watch { progress: &*self.screen, cancel: &self.cancel }
    }

    pub fn run<'a>(
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
}

/// Runs a command that stops when its owner asks.
pub fn in_session(
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
    session.running.becomes(Now::Works(stop));
    let exit = command(&session);
    session.running.becomes(Now::Said);
    exit
}

/// Says why a command stopped. `when_interrupted` replaces the hint of an interruption.
pub fn failed(error: &Error, when_interrupted: Option<&str>) -> Exit {
    let interrupted = matches!(error, Error::Interrupted);
    terminal::stopped(error, when_interrupted.filter(|_| interrupted));
    match error {
        _ if interrupted => Exit::Interrupted,
        error if error.is_usage() => Exit::Usage,
        _ => Exit::Stopped,
    }
}
