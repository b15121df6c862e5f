//! Says which commit a release was built from: `windfall --version`.
//!
//! In: the repository, or what `cargo package` noted of it. Out: `WINDFALL_VERSION`. Never: fails; a
//! source without either has a version all the same.
//! The one surprise: only release builds ask. In others every commit would compile everything anew.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let version = match is_release.then(commit).flatten() {
        Some(commit) => format!("{version} ({commit})"),
        None => version,
    };
    println!("cargo:rustc-env=WINDFALL_VERSION={version}");
}

fn commit() -> Option<String> {
    if Path::new(".git").exists() {
        // changes with every commit, unlike the branch that HEAD names
        println!("cargo:rerun-if-changed=.git/logs/HEAD");
        let output = Command::new("git").args(["rev-parse", "HEAD"]).output().ok()?;
        return short(&String::from_utf8(output.stdout).ok()?);
    }
    let noted = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, after) = noted.split_once("\"sha1\"")?;
    short(after.split('"').nth(1)?)
}

fn short(commit: &str) -> Option<String> {
    let short: String = commit.chars().take_while(char::is_ascii_hexdigit).take(9).collect();
    (short.len() == 9).then_some(short)
}
