//! Kills and interrupts at any instant. `WINDFALL_KILLS=300` asks for so many.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Bench, asked};
use crate::support::said;

const SIGINT: i32 = 2;
const SIGKILL: i32 = 9;

/// Kills runs at instants drawn at random; `WINDFALL_SEED=1` draws others. A run that ends before shows that the machine
/// has less to do by now than when the time of a run was taken, so the next instants come earlier.
pub struct Killer {
    random: u64,
    span: Duration,
    /// How many runs were killed.
    pub killed: usize,
}

impl Killer {
    /// For runs that take this time.
    pub fn within(span: Duration) -> Self {
        Killer { random: asked("WINDFALL_SEED").unwrap_or(7) as u64, span, killed: 0 }
    }

    /// Kills a run at some instant, unless it ends before; says whether it was killed.
    pub fn kill(&mut self, mut command: Command) -> bool {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(self.instant());
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.success() || status.signal() == Some(SIGKILL), "{status}");
        self.was_killed(status.signal().is_some())
    }

    /// When the next run is to be killed.
    pub fn instant(&mut self) -> Duration {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.span.mul_f64((self.random >> 32) as f64 / f64::from(u32::MAX))
    }

    /// Learns whether it was.
    pub fn was_killed(&mut self, was_killed: bool) -> bool {
        match was_killed {
            true => self.killed += 1,
            false => self.span = self.span.mul_f64(0.7),
        }
        was_killed
    }
}

#[test]
fn runs_killed_at_any_instant_end_in_the_tree_of_a_whole_one() {
    let bench = Bench::new();
    let kills = asked("WINDFALL_KILLS").unwrap_or(12);
    let mut killer = Killer::within(bench.time);
    for number in 0..kills {
        let trial = bench.trial();
        // every other run is killed a second time, and a third
        let rounds = 1 + number % 2 * 2;
        for round in 0..rounds {
            killer.kill(trial.command());
            trial.assert_holds(&format!("kill {number}, round {round}"));
        }
        trial.assert_finishes(&format!("kill {number}"));
    }
    println!("{} runs were killed", killer.killed);
    assert!(killer.killed > kills / 2, "only {} runs were killed", killer.killed);
}

#[test]
fn an_interrupt_ends_cleanly_and_says_how_to_go_on() {
    let bench = Bench::new();
    let mut interrupted = 0;
    for step in 1..8 {
        let trial = bench.trial();
        let child = trial.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(bench.time * step / 8);
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).output().unwrap();
        // a child that has ended and was not waited for can still be signalled
        assert!(kill.status.success(), "{}", said(&kill));
        let output = child.wait_with_output().unwrap();
        match output.status.code() {
            Some(130) => {
                interrupted += 1;
                let text = said(&output);
                assert!(text.contains("run the same command again"), "{text}");
            }
            // before there is a handler the signal ends the process, after the end it meets nobody
            Some(code) => assert_eq!(code, 0, "{}", said(&output)),
            None => assert_eq!(output.status.signal(), Some(SIGINT), "{}", said(&output)),
        }
        trial.assert_holds("interrupted");
        trial.assert_finishes("interrupted");
    }
    assert!(interrupted > 0, "no run was interrupted");
}
