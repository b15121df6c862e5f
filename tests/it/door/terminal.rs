//! A terminal of 80 columns and 24 lines with the command in it: what it shows is read, and keys are pressed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::support::command_below;

/// Longer than any answer takes on a busy computer; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Terminal {
    keys: File,
    shown: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    /// How much of what was said has been expected.
    at: usize,
    child: Child,
}

impl Terminal {
    /// Starts the command as what the terminal is for, so that Ctrl-C reaches it.
    pub fn run(folder: &Path, arguments: &[&str], variables: &[(&str, OsString)]) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let stdio = || Stdio::from(theirs.try_clone().unwrap());
        let mut command = command_below("/usr/bin/setsid", ["--ctty"]);
        command.args(arguments).current_dir(folder).envs(variables.iter().cloned());
        let child = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        let ours = File::from(ours);
        let mut screen = ours.try_clone().unwrap();
        let (sender, shown) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // the end of the last program in it is an error of the terminal
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        drop(theirs);
        Terminal { keys: ours, shown, bytes: Vec::new(), at: 0, child }
    }

    /// What was shown, without what moves the cursor or colours.
    pub fn said(&self) -> String {
        plain(&String::from_utf8_lossy(&self.bytes))
    }

    /// Waits until this is said after what was expected before, however it is broken into lines.
    #[track_caller]
    pub fn expect(&mut self, words: &str) -> &mut Self {
        loop {
            let said = self.said();
            if let Some(end) = end_of(&said, self.at, words) {
                self.at = end;
                return self;
            }
            match self.shown.recv_timeout(PATIENCE) {
                Ok(bytes) => self.bytes.extend(bytes),
                Err(_) => panic!("{words:?} was not said after\n{}\nin\n{said}", &said[..self.at]),
            }
        }
    }

    /// Types a line.
    pub fn answer(&mut self, line: &str) -> &mut Self {
        self.press(&format!("{line}\r"))
    }

    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Waits for the end; no line was wider than the terminal, unless one word or a command is.
    #[track_caller]
    pub fn end(mut self) -> i32 {
        while let Ok(bytes) = self.shown.recv_timeout(PATIENCE) {
            self.bytes.extend(bytes);
        }
        let said = self.said();
        for line in said.lines().flat_map(|line| line.rsplit('\r').next()) {
            let is_command = line.trim_start().starts_with("windfall ");
            let is_word = line.split('`').any(|piece| piece.starts_with('/')) || line.contains("://");
            let is_prompt = line.contains("> ");
            assert!(
                line.chars().count() <= 80 || is_command || is_word || is_prompt,
                "{}: {line}\n{said}",
                line.chars().count()
            );
        }
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // a test that failed leaves nothing behind
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where these words end, if they stand after `from`; any space between words will do.
fn end_of(said: &str, from: usize, words: &str) -> Option<usize> {
    let wanted: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    let first = wanted.first()?;
    said[from..].match_indices(first).find_map(|(start, _)| {
        let mut at = from + start;
        for word in &wanted {
            let rest = &said[at..];
            let skipped = rest.len() - rest.trim_start_matches([' ', '\n', '\r']).len();
            at += skipped;
            at += said[at..].strip_prefix(word).map(|_| word.len())?;
        }
        Some(at)
    })
}

/// A text without escape sequences.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\u{1b}' => match characters.next() {
                Some('[') => {
                    let is_end = |c: &char| ('@'..='~').contains(c);
                    characters.by_ref().find(is_end);
                }
                Some(']') => {
                    characters.by_ref().find(|c| *c == '\u{7}');
                }
                _ => {}
            },
            '\u{7}' => {}
            c => plain.push(c),
        }
    }
    plain
}
