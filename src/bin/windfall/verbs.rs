//! The verbs that run: each hands its arguments to the library, and what comes back to the terminal.

use std::iter;

use windfall::cli::{
    albums, arrange, check, copy, forget, import, mirror, page, rebuild, repair, sidecars, similar, verify,
};
use windfall::{Progress, RememberedSettings, RepairRun, Settings, Strangers, VerifyRun};

use crate::Exit;
use crate::cli::{self, ByHand, Output};
use crate::session::Session;
use crate::terminal;

/// The hint for an interrupted run that keeps its thumbnails and changes nothing else.
const NOTHING_CHANGED: &str = "nothing was changed; run the same command again to go on";

/// The hint for an interrupted run that changes a library by its owner's hand.
const GOES_ON: &str = "nothing is lost; the next run goes on where this one stopped";

/// The hint for an interrupted run that had nothing to keep.
const NOTHING_WRITTEN: &str = "nothing was written; run the same command again to start over";

impl Session {
    pub fn import(&self, arguments: &cli::Import) -> Exit {
        let Some(library) = &arguments.to else {
            let command = arguments.whole_command();
            let hint =
                format!("say where the library is or should be, here or in WINDFALL_LIBRARY: `{command}`");
            terminal::failure("--to is missing", &[], Some(&hint));
            return Exit::Usage;
        };
        let defaults = Settings::standard(chrono_tz::Tz::UTC);
        let settings = |remembered: &RememberedSettings| {
            let note = |text: &str| self.screen.note(text);
            arguments.choices.settle(&defaults, remembered, &cli::machine_zone, &note)
        };
        let run = self.run(&arguments.reading, arguments.strangers(), Some(library));
        let result = match arguments.dry_run {
            true => import::dry_run(&run, library, &settings),
            false => import::import(&run, library, &settings),
        };
        self.told(result, arguments.dry_run.then_some(NOTHING_WRITTEN), |report| {
            terminal::left_alone(&report.left_alone, self.voice);
            let words = |voice| terminal::imported(report, voice);
            self.says(arguments.reading.pace.output(), report, &report.problems, words)
        })
    }

    pub fn check(&self, arguments: &cli::Check) -> Exit {
        if arguments.structure {
            return self.structure(arguments);
        }
        let result = check::check(&self.run(&arguments.reading, Strangers::Refused, None));
        self.told(result, Some(NOTHING_WRITTEN), |check| {
            terminal::left_alone(&check.left_alone, self.voice);
            let words = |voice| terminal::checked(check, voice);
            self.says(arguments.reading.pace.output(), check, &check.problems, words)
        })
    }

    /// Says nothing but what may be shown to others, so names of archives and problems stay unsaid.
    fn structure(&self, arguments: &cli::Check) -> Exit {
        let result = check::structure(&self.run(&arguments.reading, Strangers::Refused, None));
        self.told(result, Some(NOTHING_WRITTEN), |(check, structure)| {
            let shown = match arguments.reading.pace.output() {
                Output::Json => terminal::json(structure),
                Output::Words => terminal::structure(structure),
            };
            self.ended(shown, &check.problems)
        })
    }

    pub fn copy(&self, arguments: &cli::CopyPhotos) -> Exit {
        let run = copy::Run {
            library: &arguments.library,
            folder: &arguments.to,
            jobs: arguments.jobs(),
            watch: self.watch(),
        };
        self.told(copy::copy(&run, &arguments.wishes()), None, |copied| {
            let words = |voice| terminal::copied(&arguments.to, copied, voice);
            self.says(arguments.output(), copied, &copied.problems, words)
        })
    }

    pub fn albums(&self, arguments: &cli::Albums) -> Exit {
        let result = albums::albums(&arguments.run(self.watch()), arguments.form);
        self.told(result, Some(GOES_ON), |made| {
            let words = |voice| terminal::albums_made(made, voice);
            self.says(arguments.output(), made, &made.counts.problems, words)
        })
    }

    pub fn arrange(&self, arguments: &cli::Arrange) -> Exit {
        let run = arguments.run(self.watch());
        let (result, what) = match (arguments.undo, arguments.dry_run) {
            (true, _) => (arrange::undo(&run), terminal::Arranging::Undo),
            (_, true) => (arrange::rehearse(&run, &arguments.wanted()), terminal::Arranging::DryRun),
            _ => (arrange::arrange(&run, &arguments.wanted()), terminal::Arranging::Real),
        };
        self.told(result, Some(GOES_ON), |arranged| {
            let words = |voice| terminal::arranged(arranged, what, voice);
            self.says(arguments.output(), arranged, &arranged.counts.problems, words)
        })
    }

    pub fn forget(&self, arguments: &cli::Forget) -> Exit {
        if arguments.edited {
            let result = forget::edited::keep_edits(&arguments.library, &arguments.paths);
            return self.told(result, Some(GOES_ON), |kept| {
                let words = |voice| terminal::edits_kept(kept, voice);
                self.says(arguments.output(), kept, &kept.problems, words)
            });
        }
        let run = arguments.run(self.watch());
        let (result, what) = match arguments.undo {
            true => (forget::left_out::bring_back(&run, &arguments.paths), terminal::Forgetting::Undo),
            false => (
                forget::left_out::forget(&run, &arguments.paths, arguments.fate()),
                terminal::Forgetting::Done(arguments.fate()),
            ),
        };
        self.told(result, Some(GOES_ON), |left_out| {
            let words = |voice| terminal::forgotten(left_out, what, voice);
            self.says(arguments.output(), left_out, &left_out.counts.problems, words)
        })
    }

    pub fn sidecars(&self, arguments: &cli::Sidecars) -> Exit {
        let cli::Sidecars { library, audience, remove, .. } = arguments;
        let form = audience.form();
        let output = arguments.output();
        if *remove {
            return self.told(sidecars::remove(library, form), None, |removed| {
                let words = |voice| terminal::removed(form, removed, voice);
                self.says(output, &removed.counts(), &[], words)
            });
        }
        self.told(sidecars::write(library, form, self.watch()), None, |kept| {
            let counts = kept.counts();
            let words = |voice| terminal::written(library, *audience, kept, voice);
            self.says(output, &counts, &counts.problems, words)
        })
    }

    pub fn verify(&self, arguments: &cli::Verify) -> Exit {
        let run = VerifyRun {
            library: &arguments.library,
            jobs: arguments.pace.jobs(arguments.against.iter().flatten().chain([&arguments.library])),
            watch: self.watch(),
        };
        let against = arguments.against.as_deref();
        let defaults = Settings::standard(chrono_tz::Tz::UTC);
        let result = if arguments.rebuild_catalog {
            let settings = |remembered: &RememberedSettings| {
                let note = |text: &str| self.screen.note(text);
                cli::Choices::default().settle(&defaults, remembered, &cli::machine_zone, &note)
            };
            rebuild::rebuild(&run, &settings, against)
        } else {
            verify::verify(&run, against)
        };
        self.told(result, Some(NOTHING_WRITTEN), |verification| {
            terminal::left_alone(&verification.left_alone, self.voice);
            let words = |voice| terminal::verified(verification, voice);
            self.says(arguments.pace.output(), verification, &verification.problems, words)
        })
    }

    pub fn mirror(&self, arguments: &cli::Mirror) -> Exit {
        self.told(mirror::mirror(&arguments.run(self.watch())), None, |mirrored| {
            let words = |voice| terminal::mirrored(&arguments.to, mirrored, voice);
            self.says(arguments.output(), mirrored, &mirrored.problems, words)
        })
    }

    pub fn repair(&self, arguments: &cli::Repair) -> Exit {
        let cli::Repair { library, from, changed, pace, .. } = arguments;
        let run = RepairRun {
            library,
            from,
            look: arguments.look(),
            changed,
            jobs: pace.jobs(from.iter().chain([library])),
            watch: self.watch(),
        };
        self.told(repair::repair(&run), None, |repaired| {
            let words = |voice| terminal::repaired(repaired, run.look, voice);
            self.says(pace.output(), repaired, &repaired.problems, words)
        })
    }

    pub fn similar(&self, arguments: &cli::Similar) -> Exit {
        let cli::Similar { library, filtering, pace } = arguments;
        let jobs = pace.jobs(iter::once(library));
        let result = similar::similar(library, &filtering.filters(), self.watch(), jobs);
        self.told(result, Some(NOTHING_CHANGED), |similar| {
            let words = |voice| terminal::similar(similar, voice);
            self.says(pace.output(), similar, &[], words)
        })
    }

    pub fn report(&self, arguments: &cli::Report) -> Exit {
        let result = page::write(&arguments.library, &arguments.options(), self.watch(), arguments.jobs());
        self.told(result, None, |written| {
            // why not, systems tell in numbers
            if arguments.open && open::that_detached(&written.path).is_err() {
                let address = page::of_file(&written.path);
                self.screen.note(&format!("no browser could be opened; the page is {address}"));
            }
            let words = |voice| terminal::page_written(written, voice);
            self.says(arguments.output(), written, &written.problems, words)
        })
    }
}
