//! The command in a folder of its own, as people and scripts run it.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::command;
use serde_json::Value;
use tempfile::TempDir;

/// A folder to work in, with `parts/` for archives.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("parts")).unwrap();
        Place(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn parts(&self) -> PathBuf {
        self.path("parts")
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// The command in this folder, on a machine in Zurich.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command.current_dir(self.0.path()).args(arguments).env("TZ", "Europe/Zurich");
        command
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.command(arguments);
        Run(command.envs(variables.iter().copied()).output().unwrap())
    }

    pub fn list(&self) -> Vec<Value> {
        let run = self.run(&["list", "lib", "--json"]);
        assert_eq!(run.code(), 0, "{}", run.err());
        run.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// How the command ended, and what it said.
pub struct Run(pub Output);

impl Run {
    pub fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub fn out(&self) -> &str {
        std::str::from_utf8(&self.0.stdout).unwrap()
    }

    pub fn err(&self) -> &str {
        std::str::from_utf8(&self.0.stderr).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.0.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", self.out(), self.err()))
    }

    pub fn last_line(&self) -> &str {
        self.out().lines().last().unwrap_or_default()
    }
}
