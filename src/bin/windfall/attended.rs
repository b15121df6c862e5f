//! How the process ends: with its work, or by a signal.
//!
//! All work has a thread of its own, while the main thread waits for its end or for a signal. The first signal
//! asks a run to stop; on the second, or where nothing runs, `main` simply returns, which ends the process
//! without waiting for anybody.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use windfall::{Error, Progress};

use crate::Exit;
use crate::session::failed;
use crate::terminal::{Screen, locked};

/// As much as a main thread has.
const STACK: usize = 8 << 20;

enum Event {
    Ended(Exit),
    Signal,
}

/// What goes on now, for the thread that waits for signals.
#[derive(Clone, Default)]
pub struct Running(Arc<Mutex<Now>>);

impl Running {
    /// Says what goes on from here.
    pub fn becomes(&self, now: Now) {
        *locked(&self.0) = now;
    }
}

#[derive(Clone, Default)]
pub enum Now {
    /// Nothing that would have to be stopped.
    #[default]
    Idle,
    /// A run, which stops when it is told to.
    Works(Stop),
    /// A run has ended and said what it came to: how the process ends is decided.
    Said,
}

/// How a run is told to stop.
#[derive(Clone)]
pub struct Stop {
    pub cancel: Arc<AtomicBool>,
    pub screen: Arc<Screen>,
}

/// Does the work on a thread of its own, until it ends or its owner insists.
pub fn attended(work: impl FnOnce(&Running) -> Exit + Send + 'static) -> Exit {
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
