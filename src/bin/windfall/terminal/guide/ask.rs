//! Questions and their answers. A question is plain lines, answered with Return: menus that redraw themselves are
//! no help to screen readers or slow connections. What is no answer is asked again, and never taken for one.
//!
//! The line that is being typed can be edited, earlier ones come back with the arrow keys, and Tab completes paths.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::super::typed::{NoPath, typed_path, typed_paths};
use super::super::wrap::Wrapping;
use super::super::{BAD, FAINT, STRONG, shown, styled};

/// What came of waiting for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// This was typed.
    Typed(String),
    /// Nobody answers any more.
    End,
    /// Ctrl-C.
    Interrupted,
}

/// Where answers come from.
pub trait Answers {
    /// Shows the prompt and waits for a line.
    ///
    /// # Errors
    /// If the terminal is gone.
    fn line(&mut self, prompt: &str) -> io::Result<Line>;
}

/// A terminal, whose lines can be edited.
pub struct Terminal(Editor<Paths, MemHistory>);

impl Terminal {
    /// # Errors
    /// If the terminal cannot be asked what it is.
    pub fn new() -> io::Result<Self> {
        let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
        let history = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, history).map_err(lost)?;
        editor.set_helper(Some(Paths(FilenameCompleter::new())));
        Ok(Terminal(editor))
    }
}

impl Answers for Terminal {
    fn line(&mut self, prompt: &str) -> io::Result<Line> {
        match self.0.readline(prompt) {
            Ok(line) => Ok(Line::Typed(line)),
            Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(lost(error)),
        }
    }
}

fn lost(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// Completes paths.
pub struct Paths(FilenameCompleter);

impl Completer for Paths {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        self.0.complete_path(line, at)
    }
}

impl Hinter for Paths {
    type Hint = String;
}

impl Highlighter for Paths {}
impl Validator for Paths {}
impl Helper for Paths {}

/// Why a question has no answer.
#[derive(Debug)]
pub enum Leave {
    /// The person wants to go back.
    Back,
    /// Nobody answers any more.
    End,
    /// Ctrl-C.
    Interrupted,
    /// The terminal is gone.
    Lost(io::Error),
}

impl From<io::Error> for Leave {
    fn from(error: io::Error) -> Self {
        Leave::Lost(error)
    }
}

/// One line of a list to choose from.
pub struct Choice<T> {
    /// What it says.
    pub words: String,
    /// What stands below it.
    pub below: Vec<String>,
    /// What it means.
    pub means: T,
}

impl<T> Choice<T> {
    pub fn new(words: impl Into<String>, means: T) -> Self {
        Choice { words: words.into(), below: Vec::new(), means }
    }

    pub fn with(mut self, below: impl Into<String>) -> Self {
        self.below.push(below.into());
        self
    }
}

/// Words that mean: not this, go back.
const BACK: [&str; 8] = ["q", "quit", "exit", "back", "no", "n", "bye", "\u{1b}"];
/// Words that mean: say it again.
const HELP: [&str; 3] = ["?", "help", "h"];

/// A conversation.
pub struct Talk<'a> {
    answers: &'a mut dyn Answers,
    out: Wrapping<&'a mut dyn Write>,
}

impl<'a> Talk<'a> {
    /// What is said is at most so wide.
    pub fn new(answers: &'a mut dyn Answers, out: &'a mut dyn Write, width: usize) -> Self {
        Talk { answers, out: Wrapping::new(out, Some(width)) }
    }

    /// Where to write what others put into words.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Says a line.
    pub fn say(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// Says why an answer cannot be taken.
    pub fn refuse(&mut self, why: impl Display) -> io::Result<()> {
        writeln!(self.out, "{}", styled(BAD, why))
    }

    /// Asks one thing; the line is trimmed. With nothing typed, it is `usual`.
    fn line(&mut self, usual: Option<&str>) -> Result<String, Leave> {
        self.out.flush()?;
        let prompt = usual.map_or_else(|| "> ".to_owned(), |usual| format!("[{}] > ", shown(usual)));
        match self.answers.line(&prompt)? {
            Line::Typed(line) => Ok(line.trim().to_owned()),
            Line::Interrupted => Err(Leave::Interrupted),
            Line::End => {
                writeln!(self.out)?;
                Err(Leave::End)
            }
        }
    }

    /// Asks which of these; Return alone takes the one at `usual`.
    pub fn choose<T>(&mut self, question: &str, choices: Vec<Choice<T>>, usual: usize) -> Result<T, Leave> {
        let leaving = "  q  Back, and do nothing";
        self.choose_or(question, choices, usual, leaving)
    }

    /// The same with other words for leaving.
    pub fn choose_or<T>(
        &mut self,
        question: &str,
        mut choices: Vec<Choice<T>>,
        usual: usize,
        leaving: &str,
    ) -> Result<T, Leave> {
        let mut is_new = true;
        loop {
            if std::mem::take(&mut is_new) {
                self.say(styled(STRONG, question))?;
                for (at, choice) in choices.iter().enumerate() {
                    writeln!(self.out, "  {}  {}", at + 1, choice.words)?;
                    for line in &choice.below {
                        writeln!(self.out, "     {}", styled(FAINT, line))?;
                    }
                }
                self.say(leaving)?;
            }
            let typed = self.line(Some(&(usual + 1).to_string()))?.to_lowercase();
            let typed = typed.trim_end_matches(['.', ')']);
            let number = if typed.is_empty() { Some(usual + 1) } else { typed.parse::<usize>().ok() };
            match number.and_then(|number| number.checked_sub(1)) {
                Some(at) if at < choices.len() => return Ok(choices.swap_remove(at).means),
                _ if BACK.contains(&typed) => return Err(Leave::Back),
                _ if HELP.contains(&typed) => is_new = true,
                _ if choices.len() == 1 => self.refuse("Please type 1, or q.")?,
                _ => {
                    self.refuse(format_args!("Please type a number from 1 to {}, or q.", choices.len()))?;
                }
            }
        }
    }

    /// Asks yes or no; Return alone is the usual answer.
    pub fn is_wanted(&mut self, question: &str, usual: Usual) -> Result<bool, Leave> {
        self.say(styled(STRONG, format_args!("{question} (yes or no)")))?;
        loop {
            let typed = self.line(Some(usual.as_str()))?.to_lowercase();
            match typed.as_str() {
                "" => return Ok(usual == Usual::Yes),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                other if BACK.contains(&other) => return Err(Leave::Back),
                _ => self.refuse("Please type yes or no, or press Return.")?,
            }
        }
    }

    /// Asks for a path. One that is no whole path is asked for again: a word is never taken for a folder.
    pub fn path(&mut self, question: &str) -> Result<PathBuf, Leave> {
        self.typed(question, typed_path)
    }

    /// The same where several may be dropped together.
    pub fn paths(&mut self, question: &str) -> Result<Vec<PathBuf>, Leave> {
        self.typed(question, typed_paths)
    }

    fn typed<T>(&mut self, question: &str, read: impl Fn(&str) -> Result<T, NoPath>) -> Result<T, Leave> {
        self.say(styled(STRONG, question))?;
        loop {
            let typed = self.line(None)?;
            if typed.is_empty() {
                self.refuse("Please type a path, or drop a folder on this window; q goes back.")?;
                continue;
            }
            if BACK.contains(&&*typed.to_lowercase()) {
                return Err(Leave::Back);
            }
            match read(&typed) {
                Ok(read) => return Ok(read),
                Err(NoPath::OfWindows) => {
                    self.refuse("That is a Windows path; it does not work on this computer.")?;
                }
                Err(NoPath::Word) => {
                    let example = if cfg!(windows) { r"E:\Photos" } else { "/media/USB/Photos" };
                    self.refuse(format_args!("Please type a whole path, such as `{example}`; q goes back."))?;
                }
            }
        }
    }

    /// Waits until somebody has read what stands here.
    pub fn wait(&mut self, prompt: &str) -> io::Result<()> {
        self.out.flush()?;
        self.answers.line(prompt).map(drop)
    }
}

/// What Return alone means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    Yes,
    No,
}

impl Usual {
    fn as_str(self) -> &'static str {
        match self {
            Usual::Yes => "yes",
            Usual::No => "no",
        }
    }
}
