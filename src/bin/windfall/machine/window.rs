//! Whether the window that Windfall runs in was opened for it alone, by a double click or something dropped on the
//! program. Such a window may close with the last word in it, so somebody has to press a key first.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Whether this window closes when the program ends.
pub fn was_opened_for_this() -> bool {
    let program = env::args_os().next().unwrap_or_default();
    if cfg!(windows) {
        is_of_explorer(&|name| env::var_os(name))
    } else if cfg!(target_os = "macos") {
        is_of_finder(&|name| env::var_os(name), &program)
    } else {
        false
    }
}

/// Every shell that somebody types in leaves a mark: `cmd` its prompt, PowerShell its owner's modules, the others
/// a level or themselves. Explorer leaves none.
fn is_of_explorer(variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
    let shells =
        ["PROMPT", "SHLVL", "SHELL", "TERM", "TERM_PROGRAM", "WT_SESSION", "NU_VERSION", "SSH_CONNECTION"];
    let modules = variable("PSModulePath").unwrap_or_default().to_string_lossy().to_lowercase();
    let is_powershell = modules.contains("\\documents\\") || modules.contains("powershell\\7\\modules");
    !is_powershell && shells.iter().all(|name| variable(name).is_none())
}

/// Finder has Terminal run the whole path of what was clicked; people type a name, or a path from where they are.
fn is_of_finder(variable: &dyn Fn(&str) -> Option<OsString>, program: &OsStr) -> bool {
    variable("TERM_PROGRAM").is_some_and(|terminal| terminal == "Apple_Terminal")
        && variable("SHLVL").is_none_or(|level| level == "1")
        && Path::new(program).is_absolute()
}

#[cfg(test)]
mod tests {
    use super::{is_of_explorer, is_of_finder};
    use std::ffi::{OsStr, OsString};

    fn among(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
        let find = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        move |name| find(name)
    }

    #[test]
    fn a_console_of_explorer_bears_no_mark_of_a_shell() {
        let machine = ("PSModulePath", r"C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32");
        let own = ("PSModulePath", r"C:\Users\Ann\Documents\WindowsPowerShell\Modules;C:\Program Files");
        for (variables, expected) in [
            (&[machine][..], true),
            (&[], true),
            (&[machine, ("PROMPT", "$P$G")], false),
            (&[own], false),
            (&[machine, ("SHLVL", "1")], false),
        ] {
            assert_eq!(is_of_explorer(&among(variables)), expected, "{variables:?}");
        }
    }

    #[test]
    fn finder_names_the_whole_path() {
        let terminal = [("TERM_PROGRAM", "Apple_Terminal"), ("SHLVL", "1")];
        let clicked =
            OsStr::new(if cfg!(windows) { r"C:\windfall" } else { "/Users/ann/Downloads/windfall" });
        assert!(is_of_finder(&among(&terminal), clicked));
        assert!(!is_of_finder(&among(&terminal), OsStr::new("./windfall")));
        assert!(!is_of_finder(&among(&[("TERM_PROGRAM", "iTerm.app"), ("SHLVL", "1")]), clicked));
        assert!(!is_of_finder(&among(&[("TERM_PROGRAM", "Apple_Terminal"), ("SHLVL", "2")]), clicked));
    }
}
