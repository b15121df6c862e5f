//! The shells that complete command lines.

use clap::Args;

use super::{Helped, one_of};
use windfall::cli::Word;

/// `windfall completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL", value_parser = one_of(&SHELLS))]
    pub shell: Shell,
}

/// A shell that can complete command lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// One that clap knows itself.
    Common(clap_complete::Shell),
    /// Nushell.
    Nushell,
}

/// With their help.
pub const SHELLS: Helped<Shell, 6> = [
    (Shell::Common(clap_complete::Shell::Bash), ""),
    (Shell::Common(clap_complete::Shell::Zsh), ""),
    (Shell::Common(clap_complete::Shell::Fish), ""),
    (Shell::Common(clap_complete::Shell::PowerShell), ""),
    (Shell::Common(clap_complete::Shell::Elvish), ""),
    (Shell::Nushell, ""),
];

impl Word for Shell {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Shell::Common(clap_complete::Shell::Bash), "bash"),
        (Shell::Common(clap_complete::Shell::Zsh), "zsh"),
        (Shell::Common(clap_complete::Shell::Fish), "fish"),
        (Shell::Common(clap_complete::Shell::PowerShell), "powershell"),
        (Shell::Common(clap_complete::Shell::Elvish), "elvish"),
        (Shell::Nushell, "nushell"),
    ];
}
