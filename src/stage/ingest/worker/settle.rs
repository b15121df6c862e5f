//! What an entry is, once all of it is read: a copy, or new bytes, which go into staging.
//!
//! If two threads have the same new bytes, one keeps them and the other waits for it. That one is writing, and waits for
//! nothing itself.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{MutexGuard, PoisonError};

use crate::apple::fingerprint::lanes::{LaneId, Lanes};
use crate::category::photos::List;
use crate::category::{self, ReadSeek, Said, Vouched};
use crate::contents::{Category, Class, Content, ContentId, Entry};
use crate::library::record::{Fresh, Novelty};
use crate::stage::ingest::Wanted;
use crate::stage::ingest::seek_buffer::SeekBuffer;
use crate::stage::ingest::stock::Stock;
use crate::stage::ingest::worker::reading::{Open, Sink};
use crate::stage::ingest::worker::{Failure, Guess, Sound, Worker};

/// What an entry is, now that it is read.
enum Found {
    /// A copy of these bytes, which are safe.
    Known(ContentId),
    New,
    /// Not a copy after all, and as its bytes went nowhere, it must be read again.
    Misjudged,
}

/// A lane, and the others beside it, which hold the bytes of a small entry.
type InLane<'l> = (LaneId, &'l Lanes);

impl Worker<'_> {
    /// Decides what an entry is, all of which is read.
    pub(super) fn settle(&self, open: &mut Open<'_>, lanes: &mut Lanes) -> Result<(), Failure> {
        let Some(mut stream) = open.stream.take() else { return Ok(()) };
        let id = open.task.id;
        let entry = &self.inputs.contents.entries[id];
        let content = stream.content(entry);
        let size = content.size;
        let (content, novelty) = match self.find(&content.blake3, &stream.sink, open.guess) {
            Found::Known(content) => (content, Novelty::Already),
            Found::New => {
                let said = self.describe(entry, size, &mut stream.sink, (open.lane, lanes));
                self.keep(Fresh { content, said }, &mut stream.sink, (open.lane, lanes))?
            }
            Found::Misjudged => {
                lanes.let_go(open.lane);
                open.guess = Guess::New;
                return Ok(());
            }
        };
        let list = self.list(content, entry, size, stream.sink, (open.lane, lanes))?;
        match novelty {
            Novelty::Fresh(_) if category::wants_fingerprint(entry.class) => lanes.end(open.lane),
            _ => lanes.let_go(open.lane),
        }
        open.sound = Some(Sound { content, novelty, list });
        Ok(())
    }

    fn find(&self, blake3: &blake3::Hash, sink: &Sink, guess: Guess) -> Found {
        let stock = self.stock();
        let is_lost = !matches!(sink, Sink::Lane(_)) && self.reading.staging.is_some();
        match stock.find(blake3).filter(|&content| stock.safe.contains(content)) {
            Some(content) => Found::Known(content),
            None if guess == Guess::Copy && is_lost => Found::Misjudged,
            None => Found::New,
        }
    }

    /// What the file says of itself. The run goes on whatever a parser does with hostile bytes.
    fn describe(&self, entry: &Entry, size: u64, sink: &mut Sink, (lane, lanes): InLane<'_>) -> Said {
        let vouched = if entry.crc32.is_some() { Vouched::ByArchive } else { Vouched::ByNothing };
        let buffered =
            |source: &mut dyn ReadSeek| category::inspect(&mut SeekBuffer::new(source), size, vouched);
        let speaks = self.reading.wanted == Wanted::Everything && entry.class != Class::Details;
        let seen = speaks.then(|| {
            catch_unwind(AssertUnwindSafe(|| match sink {
                Sink::Lane(count) => {
                    category::inspect(&mut Cursor::new(lanes.piece(lane, *count)), size, vouched)
                }
                Sink::Details(bytes, _) => category::inspect(&mut Cursor::new(bytes), size, vouched),
                Sink::Staging(staged) | Sink::Clone(staged) => buffered(&mut staged.file),
                Sink::Memory(spool) => buffered(spool.as_mut()),
                Sink::Nowhere => {
                    let source = self.seekable(entry);
                    source.map_or_else(Default::default, |mut source| buffered(source.as_mut()))
                }
            }))
        });
        seen.and_then(Result::ok).unwrap_or_default()
    }

    /// Puts new bytes into staging. If two threads have the same bytes, one wins, and the other waits for it.
    fn keep(
        &self,
        fresh: Fresh,
        sink: &mut Sink,
        (lane, lanes): InLane<'_>,
    ) -> Result<(ContentId, Novelty), Failure> {
        let Content { blake3: hash, size, .. } = fresh.content;
        let mut stock = self.stock();
        let known = loop {
            let known = stock.find(&hash);
            if let Some(index) = known.filter(|&index| stock.safe.contains(index)) {
                return Ok((index, Novelty::Already));
            }
            if stock.arriving.insert(hash) {
                break known;
            }
            stock.waiting += 1;
            stock = self.arrival.wait(stock).unwrap_or_else(PoisonError::into_inner);
            stock.waiting -= 1;
        };
        drop(stock);
        let arrival = Arrival { worker: self, hash };
        let staged = match (sink, self.reading.staging) {
            (Sink::Staging(staged) | Sink::Clone(staged), Some(staging)) => staging.keep(staged, &hash),
            (Sink::Lane(count), Some(staging)) => staging.keep_whole(lanes.piece(lane, *count), &hash),
            _ => Ok(()),
        };
        let mut stock = arrival.land();
        staged.map_err(|e| self.unwritable(e, size))?;
        let (index, novelty) = match known {
            Some(index) => (index, Novelty::Again),
            None => {
                let id = stock.add(fresh);
                let fresh = Fresh { content: stock.contents[id].clone(), said: stock.said[id].clone() };
                (id, Novelty::Fresh(Box::new(fresh)))
            }
        };
        stock.safe.add(index);
        stock.expect(index);
        Ok((index, novelty))
    }

    /// Says that nobody needs to wait for these bytes any more.
    fn arrived(&self, hash: &blake3::Hash) -> MutexGuard<'_, Stock> {
        let mut stock = self.stock();
        stock.arriving.remove(hash);
        // hardly ever is there anybody, and to wake nobody is a call to the system all the same
        if stock.waiting > 0 {
            self.arrival.notify_all();
        }
        stock
    }

    /// Whether an entry is read as a list while its bytes go by. What other categories say is asked of them later, from
    /// where they are kept.
    pub(super) fn is_list(&self, entry: &Entry) -> bool {
        entry.class == Class::Details
            && entry.category == Category::Photos
            && self.reading.wanted == Wanted::Everything
    }

    /// Reads an entry as a list, if it is one and has not been read yet.
    fn list(
        &self,
        content: ContentId,
        entry: &Entry,
        size: u64,
        sink: Sink,
        (lane, lanes): InLane<'_>,
    ) -> Result<Option<List>, Failure> {
        if !self.is_list(entry) {
            return Ok(None);
        }
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if !listed.insert((content, entry.sort)) {
            return Ok(None);
        }
        drop(listed);
        if let Some(unread) = category::too_large(size, &self.lists) {
            return Ok(Some(unread));
        }
        let read = |bytes: &[u8]| Some(category::read(entry.sort, bytes, &self.lists));
        Ok(match sink {
            Sink::Lane(count) => read(lanes.piece(lane, count)),
            Sink::Details(bytes, _) => read(&bytes),
            Sink::Staging(mut staged) | Sink::Clone(mut staged) => {
                let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
                let all =
                    staged.file.seek(SeekFrom::Start(0)).and_then(|_| staged.file.read_to_end(&mut bytes));
                all.map_err(|e| self.unwritable(e, 0))?;
                read(&bytes)
            }
            Sink::Memory(_) | Sink::Nowhere => None,
        })
    }
}

/// Bytes on their way to staging, for which threads with the same bytes may be waiting. Whatever happens, even a
/// panic, nobody waits for ever.
pub(super) struct Arrival<'w, 'a> {
    pub(super) worker: &'w Worker<'a>,
    pub(super) hash: blake3::Hash,
}

impl<'w> Arrival<'w, '_> {
    /// Wakes the threads that wait. They see the stock once the caller lets go of it, so it must be complete then.
    fn land(self) -> MutexGuard<'w, Stock> {
        let stock = self.worker.arrived(&self.hash);
        std::mem::forget(self);
        stock
    }
}

impl Drop for Arrival<'_, '_> {
    fn drop(&mut self) {
        drop(self.worker.arrived(&self.hash));
    }
}
