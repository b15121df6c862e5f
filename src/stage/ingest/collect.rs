//! The receiving end of the pass: takes what the threads report, makes it durable and records it, in that
//! order and batch by batch.
//!
//! A batch is synced once, not file by file. Whatever a killed run had not recorded is read again.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::category::photos::List;
use crate::contents::{Bytes, ContentId, Contents, EntryId, Id, Sort};
use crate::error::Error;
use crate::library::record::{Novelty, ReadEntry};
use crate::stage::ingest::{Message, Reading, Record, Tally};

/// How long read entries may wait to be made durable and recorded.
const BATCH_TIME: Duration = Duration::from_secs(2);
pub(super) const BATCH_ENTRIES: usize = 8192;
/// How long messages gather before the collector wakes up again.
const PAUSE: Duration = Duration::from_millis(5);

/// Makes copies wait for their original. If two threads had the same bytes, the one that waited for the other may
/// report first, for the other's fingerprint may be on its way still; and a copy of bytes that are not on record
/// cannot be recorded.
struct InOrder {
    /// Contents from here on are new in this pass.
    first_new: ContentId,
    /// Whether the bytes of each new content have been reported.
    reported: Vec<bool>,
    waiting: HashMap<ContentId, Vec<ReadEntry>>,
}

impl InOrder {
    fn after(first_new: ContentId) -> Self {
        InOrder { first_new, reported: Vec::new(), waiting: HashMap::new() }
    }

    fn push(&mut self, read: ReadEntry, batch: &mut Vec<ReadEntry>) {
        let Some(new) = read.content.index().checked_sub(self.first_new.index()) else {
            batch.push(read);
            return;
        };
        if read.novelty != Novelty::Already {
            if self.reported.len() <= new {
                self.reported.resize(new + 1, false);
            }
            self.reported[new] = true;
        } else if !self.reported.get(new).is_some_and(|reported| *reported) {
            self.waiting.entry(read.content).or_default().push(read);
            return;
        }
        let copies = self.waiting.remove(&read.content).unwrap_or_default();
        batch.push(read);
        batch.extend(copies);
    }
}

/// The findings of a pass, before they become part of the contents.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) tally: Tally,
    /// What is now known of the bytes of entries.
    pub(super) bytes: Vec<(EntryId, Bytes)>,
    pub(super) lists: BTreeMap<(ContentId, Sort), List>,
}

/// Receives the messages of the workers.
pub(super) struct Collector<'a> {
    contents: &'a Contents,
    reading: &'a Reading<'a>,
    pub(super) gathered: Gathered,
    in_order: InOrder,
    record: &'a mut Record<'a>,
}

impl<'a> Collector<'a> {
    /// Contents before `known` were there before this pass.
    pub(super) fn new(
        contents: &'a Contents,
        reading: &'a Reading<'a>,
        known: ContentId,
        record: &'a mut Record<'a>,
    ) -> Self {
        Collector {
            contents,
            reading,
            gathered: Gathered::default(),
            in_order: InOrder::after(known),
            record,
        }
    }

    pub(super) fn collect(&mut self, receiver: &mpsc::Receiver<Message>) -> Result<(), Error> {
        let mut batch: Vec<ReadEntry> = Vec::new();
        let mut since = Instant::now();
        let mut stopped: Option<Error> = None;
        loop {
            match receiver.recv_timeout(BATCH_TIME) {
                Ok(first) => {
                    for message in std::iter::once(first).chain(receiver.try_iter()).take(BATCH_ENTRIES) {
                        self.take(message, &mut batch, &mut stopped);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if batch.len() >= BATCH_ENTRIES || since.elapsed() >= BATCH_TIME {
                self.flush(&mut batch)?;
                since = Instant::now();
            }
            // waking up for each of 100,000 small files would cost as much as hashing them
            std::thread::sleep(PAUSE);
        }
        self.flush(&mut batch)?;
        stopped.map_or(Ok(()), Err)
    }

    fn take(&mut self, message: Message, batch: &mut Vec<ReadEntry>, stopped: &mut Option<Error>) {
        match message {
            Message::Sound { read, list, bytes } => {
                self.gathered.tally.bytes += bytes;
                self.gathered.bytes.push((read.entry, Bytes::Sound(read.content)));
                if let Some(list) = list {
                    // memory stays with the thread that allocates it, and the plan, on this thread, will want
                    // that of the lists: at half a million rows the clone saves 40 MiB
                    let list = list.clone();
                    let key = (read.content, self.contents.entries[read.entry].sort);
                    self.gathered.lists.insert(key, list);
                }
                self.in_order.push(read, batch);
            }
            Message::Failed { entry, problem, cause } => {
                self.gathered.tally.causes.insert(entry, cause);
                self.gathered.bytes.push((entry, Bytes::Failed));
                self.gathered.tally.problems.push(*problem);
            }
            Message::Stop(error) => {
                // the first reason counts, unless that was merely the order to stop
                if stopped.as_ref().is_none_or(|s| matches!(s, Error::Interrupted)) {
                    *stopped = Some(*error);
                }
            }
        }
    }

    fn flush(&mut self, batch: &mut Vec<ReadEntry>) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        if let Some(staging) = self.reading.staging {
            staging.sync()?;
        }
        (self.record)(self.contents, batch)?;
        batch.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{InOrder, Novelty, ReadEntry};
    use crate::category::Said;
    use crate::contents::{Content, ContentId, EntryId, Id};
    use crate::library::record::Fresh;

    fn fresh() -> Novelty {
        let content = Content { blake3: blake3::hash(b"a"), size: 1, crc32: 0 };
        Novelty::Fresh(Box::new(Fresh { content, said: Said::default() }))
    }

    #[test]
    fn a_copy_that_reports_before_its_bytes_comes_after_them() {
        let mut in_order = InOrder::after(ContentId::at(5));
        let reports = [
            (0, 4, Novelty::Already), // known before this pass
            (1, 7, Novelty::Already),
            (2, 6, fresh()),
            (3, 7, Novelty::Already),
            (4, 7, fresh()),
            (5, 7, Novelty::Already),
            (6, 5, Novelty::Already),
            (7, 5, fresh()),
        ];
        let mut batch = Vec::new();
        let mut sizes = Vec::new();
        for (entry, content, novelty) in reports {
            let (entry, content) = (EntryId::at(entry), ContentId::at(content));
            in_order.push(ReadEntry { entry, content, novelty }, &mut batch);
            sizes.push(batch.len());
        }
        let order: Vec<usize> = batch.iter().map(|read| read.entry.index()).collect();
        assert_eq!(order, [0, 2, 4, 1, 3, 5, 7, 6]);
        assert_eq!(sizes, [1, 1, 2, 2, 5, 6, 6, 8]);
    }
}
