//! Files on their way to their fingerprints, many side by side.
//!
//! Each has a lane: what SHA-1 takes of it, a piece at a time, which is the salt, its bytes and the padding, in
//! blocks of 64. Pieces are read into the lanes' own buffer, so that nothing is copied but what one piece leaves over
//! for the next. [`Lanes::advance`] then hashes what stands ready in all of them.
//!
//! The buffer is one, and each lane has a stretch of it for as long as its file is open: fresh memory comes as zeroed
//! pages, and to have those for every file costs as much as hashing side by side brings.

#![expect(clippy::indexing_slicing, reason = "every offset is made here, none comes from a file")]

use std::ops::Range;
use std::sync::LazyLock;

use sha1::block_api;

use super::lockstep::{Block, Kernel, MOST, State};
use super::{Fingerprint, SALT};

/// Where pieces begin in a lane. Before it is place for what the last piece left over, less than a block.
const HEAD: usize = size_of::<Block>();
/// What the padding may need: a bit, the length in bits, and zeros between them up to a whole block.
const TAIL: usize = 2 * size_of::<Block>();

/// The state before the first block (FIPS 180-4, 5.3.1).
const BEFORE: State = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];

/// What this processor has, found out once.
static KERNEL: LazyLock<Option<Kernel>> = LazyLock::new(Kernel::pick);

/// How many files are best hashed side by side. A debug build hashes them one by one, because there vectors take 200
/// times as long, but as many wait for each other as with the widest vectors.
pub fn side_by_side() -> usize {
    match *KERNEL {
        _ if cfg!(debug_assertions) => MOST,
        Some(kernel) => kernel.lanes,
        None => 1,
    }
}

/// The lanes of one thread.
pub struct Lanes {
    kernel: Option<Kernel>,
    lanes: [Option<Lane>; MOST],
    /// In the order in which they lie in the buffer.
    rooms: Vec<Range<usize>>,
    /// It grows as far as it is needed.
    buffer: Vec<u8>,
    /// How far it may grow.
    most: usize,
}

/// Names an open lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneId(usize);

/// A file, and how far it is hashed.
struct Lane {
    state: State,
    /// Its stretch of the buffer.
    room: Range<usize>,
    /// Of the buffer, what is not hashed yet.
    from: usize,
    to: usize,
    /// How many bytes there have been, with the salt.
    length: u64,
    ended: bool,
}

impl Lane {
    fn blocks<'b>(&self, buffer: &'b [u8]) -> &'b [Block] {
        buffer[self.from..self.to].as_chunks().0
    }

    fn is_ready(&self) -> bool {
        self.to - self.from >= size_of::<Block>()
    }

    fn hash_alone(&mut self, buffer: &[u8]) {
        let blocks = self.blocks(buffer);
        block_api::compress(&mut self.state, blocks);
        self.from += blocks.as_flattened().len();
    }
}

impl Lanes {
    /// Lanes with room for pieces of `most` bytes together, or a few less.
    pub fn with_room(most: usize) -> Self {
        Self::of(KERNEL.filter(|_| !cfg!(debug_assertions)), most)
    }

    fn of(kernel: Option<Kernel>, most: usize) -> Self {
        let (rooms, most) = (Vec::with_capacity(MOST), most + HEAD + TAIL);
        Lanes { kernel, lanes: [const { None }; MOST], rooms, buffer: Vec::new(), most }
    }

    /// Opens a lane for a file that comes in pieces of up to `size` bytes. `None` if all are open, or their rooms
    /// leave too little, or the system has no more memory; where none is open, there is room for all that they may
    /// have together.
    pub fn open(&mut self, size: usize) -> Option<LaneId> {
        let at = self.lanes.iter().position(Option::is_none)?;
        let needed = HEAD + size + TAIL;
        // the first gap that is large enough
        let ends = std::iter::once(0).chain(self.rooms.iter().map(|room| room.end));
        let starts = self.rooms.iter().map(|room| room.start).chain([self.most]);
        let (place, start) = ends
            .zip(starts)
            .enumerate()
            .find_map(|(place, (start, end))| (end - start >= needed).then_some((place, start)))?;
        let room = start..start + needed;
        let more = room.end.saturating_sub(self.buffer.len());
        // a file alone has to have its room; the others can wait for it
        if more > 0 && self.buffer.try_reserve_exact(more).is_err() && !self.rooms.is_empty() {
            return None;
        }
        self.buffer.resize(self.buffer.len() + more, 0);
        self.rooms.insert(place, room.clone());
        self.lanes[at] = Some(Lane { state: BEFORE, room, from: 0, to: 0, length: 0, ended: false });
        self.begin(LaneId(at));
        Some(LaneId(at))
    }

    /// Closes a lane, whatever became of its file.
    pub fn close(&mut self, id: LaneId) {
        if let Some(lane) = self.lanes[id.0].take() {
            self.rooms.retain(|room| *room != lane.room);
        }
    }

    /// Begins with the file from its first byte.
    pub fn begin(&mut self, id: LaneId) {
        let Some(lane) = &mut self.lanes[id.0] else { return };
        lane.state = BEFORE;
        lane.to = lane.room.start + HEAD;
        lane.from = lane.to - SALT.len();
        self.buffer[lane.from..lane.to].copy_from_slice(SALT);
        (lane.length, lane.ended) = (SALT.len() as u64, false);
    }

    /// Where the next piece goes, of `size` bytes at most. The one before must be hashed, or let go of.
    pub fn space(&mut self, id: LaneId, size: usize) -> &mut [u8] {
        let Some(lane) = &mut self.lanes[id.0] else { return &mut [] };
        debug_assert!(!lane.is_ready(), "bytes that nobody hashed would be lost");
        let start = lane.room.start + HEAD;
        let left = lane.to - lane.from;
        self.buffer.copy_within(lane.from..lane.to, start - left);
        (lane.from, lane.to) = (start - left, start);
        &mut self.buffer[start..start + size]
    }

    /// Says that the first `count` bytes of the space are the file's next piece.
    pub fn take(&mut self, id: LaneId, count: usize) {
        let Some(lane) = &mut self.lanes[id.0] else { return };
        lane.to += count;
        lane.length += count as u64;
    }

    /// The last piece, of `count` bytes. It stays until the next one.
    pub fn piece(&self, id: LaneId, count: usize) -> &[u8] {
        let start = self.lanes[id.0].as_ref().map_or(0, |lane| lane.room.start + HEAD);
        &self.buffer[start..start + count]
    }

    /// Lets go of what stands ready: nobody asks for this file's fingerprint.
    pub fn let_go(&mut self, id: LaneId) {
        if let Some(lane) = &mut self.lanes[id.0] {
            lane.from = lane.to;
        }
    }

    /// Says that a file has no more bytes.
    pub fn end(&mut self, id: LaneId) {
        let Some(lane) = &mut self.lanes[id.0] else { return };
        let needed = lane.to - lane.from + 1 + size_of::<u64>();
        let end = lane.from + needed.next_multiple_of(size_of::<Block>());
        let length = end - size_of::<u64>();
        self.buffer[lane.to] = 0x80;
        self.buffer[lane.to + 1..length].fill(0);
        self.buffer[length..end].copy_from_slice(&(8 * lane.length).to_be_bytes());
        (lane.to, lane.ended) = (end, true);
    }

    /// Whether whole blocks of a file wait to be hashed.
    pub fn is_ready(&self, id: LaneId) -> bool {
        self.lanes[id.0].as_ref().is_some_and(Lane::is_ready)
    }

    /// The fingerprint of a file, once all its bytes are hashed.
    pub fn fingerprint(&self, id: LaneId) -> Option<Fingerprint> {
        let lane = self.lanes[id.0].as_ref().filter(|lane| lane.ended && lane.from == lane.to)?;
        let mut bytes = [1; 21];
        for (bytes, word) in bytes[1..].as_chunks_mut().0.iter_mut().zip(lane.state) {
            *bytes = word.to_be_bytes();
        }
        Some(Fingerprint(bytes))
    }

    /// Hashes what stands ready: all of the lane that has least, and at least as much of every other one.
    pub fn advance(&mut self) {
        let mut ready = self.lanes.iter_mut().flatten().filter(|lane| lane.is_ready());
        let Some(kernel) = self.kernel else {
            return ready.for_each(|lane| lane.hash_alone(&self.buffer));
        };
        loop {
            let mut together = [const { None }; MOST];
            for (place, lane) in together.iter_mut().zip(ready.by_ref().take(kernel.lanes)) {
                *place = Some(lane);
            }
            if !lockstep(kernel, &mut together, &self.buffer) {
                return;
            }
        }
    }
}

/// Hashes as many blocks of each of these lanes as the one has that has least. `false` if there are none.
fn lockstep(kernel: Kernel, lanes: &mut [Option<&mut Lane>; MOST], buffer: &[u8]) -> bool {
    let filled = lanes.iter().flatten().count();
    // in vectors a step takes as long as for so many files by the processor's own instruction
    if filled <= kernel.lanes / 4 {
        lanes.iter_mut().flatten().for_each(|lane| lane.hash_alone(buffer));
        return filled > 0;
    }
    let mut rows = [[0; MOST]; 5];
    let mut blocks: [&[Block]; MOST] = [&[]; MOST];
    for (at, lane) in lanes.iter().flatten().enumerate() {
        blocks[at] = lane.blocks(buffer);
        for (row, word) in rows.iter_mut().zip(lane.state) {
            row[at] = word;
        }
    }
    let count = blocks[..filled].iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    // empty lanes repeat the first; what they give is dropped
    let first = blocks[0];
    blocks[filled..].fill(first);
    kernel.compress(&mut rows, &blocks, count);
    for (at, lane) in lanes.iter_mut().flatten().enumerate() {
        lane.state = rows.map(|row| row[at]);
        lane.from += count * size_of::<Block>();
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{ProptestConfig, any, proptest};

    use super::Lanes;
    use crate::apple::fingerprint::lockstep::Kernel;
    use crate::apple::fingerprint::{Fingerprint, Hasher};

    /// Each kernel that this processor has, and none.
    fn kernels() -> Vec<Option<Kernel>> {
        Kernel::all().into_iter().map(Some).chain([None]).collect()
    }

    fn one_by_one(bytes: &[u8]) -> Fingerprint {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }

    /// Some bytes, other ones for each seed.
    fn bytes(seed: usize, length: usize) -> Vec<u8> {
        (0..length).map(|at| (at.wrapping_mul(31) ^ at >> 8 ^ seed.wrapping_mul(7)) as u8).collect()
    }

    /// Hashes files through so many lanes, in pieces of this size. Where one is through, the next file comes in.
    fn side_by_side(
        kernel: Option<Kernel>,
        files: &[Vec<u8>],
        most: usize,
        piece: usize,
    ) -> Vec<Fingerprint> {
        let mut lanes = Lanes::of(kernel, most * (piece + 192));
        let mut found = vec![None; files.len()];
        let mut waiting = files.iter().enumerate();
        let mut open = Vec::new();
        loop {
            while open.len() < most
                && let Some((at, file)) = waiting.next()
            {
                open.push((at, lanes.open(piece).unwrap(), file.as_slice()));
            }
            open.retain_mut(|(at, id, left)| {
                while !lanes.is_ready(*id) {
                    if let Some(fingerprint) = lanes.fingerprint(*id) {
                        found[*at] = Some(fingerprint);
                        lanes.close(*id);
                        return false;
                    }
                    let (now, later) = left.split_at(left.len().min(piece));
                    lanes.space(*id, now.len()).copy_from_slice(now);
                    lanes.take(*id, now.len());
                    *left = later;
                    if now.len() < piece {
                        lanes.end(*id);
                    }
                }
                true
            });
            if open.is_empty() && waiting.len() == 0 {
                return found.into_iter().flatten().collect();
            }
            lanes.advance();
        }
    }

    #[test]
    fn every_length_around_the_edges_of_blocks_is_as_one_by_one() {
        let files: Vec<Vec<u8>> = (0..=200).map(|length| bytes(length, length)).collect();
        let expected: Vec<Fingerprint> = files.iter().map(|file| one_by_one(file)).collect();
        for kernel in kernels() {
            for most in [1, 3, 4, 5, 8, 9, 16] {
                for piece in [64, 128, 192, 201] {
                    assert_eq!(
                        side_by_side(kernel, &files, most, piece),
                        expected,
                        "{kernel:?} {most} {piece}"
                    );
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

        #[test]
        fn files_of_any_lengths_are_as_one_by_one(
            lengths in vec(0..3_000usize, 0..40),
            most in 1..=16usize,
            blocks in 1..40usize,
            off in any::<bool>(),
        ) {
            let files: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(seed, &length)| bytes(seed, length)).collect();
            let expected: Vec<Fingerprint> = files.iter().map(|file| one_by_one(file)).collect();
            for kernel in kernels() {
                // pieces of whole blocks, and others
                let piece = 64 * blocks + usize::from(off);
                assert_eq!(side_by_side(kernel, &files, most, piece), expected);
            }
        }
    }

    #[test]
    fn rooms_lie_apart_and_are_used_again() {
        let mut lanes = Lanes::of(None, 1_000);
        let little = lanes.open(100).unwrap();
        assert_eq!(lanes.buffer.len(), 64 + 100 + 128, "no more than is needed");
        lanes.close(little);
        let all = lanes.open(1_000).unwrap();
        assert_eq!(lanes.open(0), None, "no room is left");
        lanes.close(all);
        let [first, second, third] = [200, 100, 100].map(|size| lanes.open(size).unwrap());
        for (id, size, byte) in [(first, 200, 1), (second, 100, 2), (third, 100, 3)] {
            lanes.space(id, size).fill(byte);
        }
        for (id, size, byte) in [(first, 200, 1), (second, 100, 2), (third, 100, 3)] {
            assert_eq!(lanes.piece(id, size), vec![byte; size]);
        }
        lanes.close(second);
        assert_eq!(lanes.open(101), None, "neither between the others nor after them");
        let between = lanes.open(50).unwrap();
        lanes.space(between, 50).fill(4);
        assert_eq!(lanes.piece(third, 100), [3; 100]);
        lanes.close(first);
        lanes.close(third);
        assert!(lanes.open(366).is_some(), "all after what lies between");
    }

    #[test]
    fn a_file_that_was_let_go_of_has_no_fingerprint_and_leaves_nothing_behind() {
        let mut lanes = Lanes::of(None, 100);
        let id = lanes.open(100).unwrap();
        lanes.space(id, 100).fill(7);
        lanes.take(id, 100);
        lanes.let_go(id);
        assert!(!lanes.is_ready(id));
        assert_eq!(lanes.fingerprint(id), None);
        lanes.begin(id);
        lanes.end(id);
        lanes.advance();
        assert_eq!(lanes.fingerprint(id), Some(Fingerprint::of(b"")));
    }
}
