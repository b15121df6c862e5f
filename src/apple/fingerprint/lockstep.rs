//! SHA-1's compression of as many messages at once as a vector has lanes.
//!
//! SHA-1 is a chain in which every step waits for the one before, so a processor that can do 16 additions at once
//! does one. Side by side, 16 messages take hardly longer than one. There is one source for all widths of vectors;
//! it is compiled for each and chosen where it runs. Where vectors are too narrow to pay ([`Kernel::pick`]), there is
//! none, and the `sha1` crate does one message after another by the processor's own instruction.
//!
//! It is written in loops without closures: one that is not inlined would be compiled for the plainest processor, and
//! half of the speed would be gone. `benches/fingerprints.rs` fails if that happens.

#![expect(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "all lengths are those of vectors and blocks, and closures are not wanted"
)]

use std::hint::black_box;

use fearless_simd::prelude::{Simd, SimdBase};
use fearless_simd::{Level, dispatch};

/// The most messages that any processor takes at once.
pub(super) const MOST: usize = 16;

/// A block of a message, as SHA-1 takes it.
pub(super) type Block = [u8; 64];

/// The state of a message between two blocks.
pub(super) type State = [u32; 5];

const K: [u32; 4] = [0x5A82_7999, 0x6ED9_EBA1, 0x8F1B_BCDC, 0xCA62_C1D6];

/// The vectors of a processor, and how many messages they take at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kernel {
    level: Level,
    pub(super) lanes: usize,
}

impl Kernel {
    /// The widest vectors that pay: those of AVX-512 and AVX2. With four lanes, as SSE and NEON have them, the
    /// processor's own instruction for one message is as fast.
    pub(super) fn pick() -> Option<Self> {
        Self::all().into_iter().find(|kernel| kernel.lanes >= 8)
    }

    /// What the processor has, widest first.
    pub(super) fn all() -> Vec<Self> {
        let best = Level::new();
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        let levels = [
            (best.as_avx512().map(|simd| simd.level()), 16),
            (best.as_avx2().map(|simd| simd.level()), 8),
            (best.as_sse4_2().map(|simd| simd.level()), 4),
        ];
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        let levels = [(Some(best), 4)];
        levels.into_iter().filter_map(|(level, lanes)| Some(Kernel { level: level?, lanes })).collect()
    }

    /// Takes `count` blocks of each message into its state. Lanes beyond [`Kernel::lanes`] stay as they are.
    pub(super) fn compress(self, rows: &mut Rows, blocks: &[&[Block]; MOST], count: usize) {
        // if they were known to be constant, they would be added where the next step waits for the sum
        let k = black_box(K);
        let level = self.level;
        dispatch!(level, simd => compress(simd, rows, blocks, count, k));
    }
}

/// The states of all lanes: the first words of all, then the second, …
pub(super) type Rows = [[u32; MOST]; 5];

#[inline(always)]
fn compress<S: Simd>(simd: S, rows: &mut Rows, blocks: &[&[Block]; MOST], count: usize, k: [u32; 4]) {
    let lanes = S::u32s::LEN;
    let mut ks = [S::u32s::splat(simd, 0); 4];
    for i in 0..4 {
        ks[i] = S::u32s::splat(simd, k[i]);
    }
    let mut state = [ks[0]; 5];
    for i in 0..5 {
        state[i] = S::u32s::from_slice(simd, &rows[i][..lanes]);
    }
    for n in 0..count {
        let mut words = [ks[0]; 16];
        for square in (0..16).step_by(lanes) {
            for lane in 0..lanes {
                words[square + lane] = load(simd, &blocks[lane][n], square);
            }
            transpose::<S>(&mut words[square..square + lanes]);
        }
        rounds::<S>(&mut state, words, &ks);
    }
    for i in 0..5 {
        state[i].store_slice(&mut rows[i][..lanes]);
    }
}

/// As many words of a block as there are lanes, from this one on.
#[inline(always)]
fn load<S: Simd>(simd: S, block: &Block, from: usize) -> S::u32s {
    let lanes = S::u32s::LEN;
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(&block.as_chunks::<4>().0[from..from + lanes]) {
        *word = u32::from_be_bytes(*bytes);
    }
    S::u32s::from_slice(simd, &words[..lanes])
}

/// Rows to columns: a perfect shuffle for each bit of the number of lanes.
#[inline(always)]
fn transpose<S: Simd>(rows: &mut [S::u32s]) {
    let lanes = S::u32s::LEN;
    for _ in 0..lanes.ilog2() {
        let mut next = [rows[0]; 16];
        for i in 0..lanes / 2 {
            (next[2 * i], next[2 * i + 1]) = rows[i].interleave(rows[i + lanes / 2]);
        }
        rows.copy_from_slice(&next[..lanes]);
    }
}

/// The 80 steps of FIPS 180-4, each for all lanes.
#[inline(always)]
fn rounds<S: Simd>(state: &mut [S::u32s; 5], mut w: [S::u32s; 16], k: &[S::u32s; 4]) {
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    macro_rules! rounds {
        ($quarter:literal: $f:expr; $($t:literal)*) => {$(
            if $t >= 16 {
                let x = w[($t + 13) & 15] ^ w[($t + 8) & 15] ^ w[($t + 2) & 15] ^ w[$t & 15];
                w[$t & 15] = (x << 1) | (x >> 31);
            }
            let next = ((a << 5) | (a >> 27)) + ($f + (e + (w[$t & 15] + k[$quarter])));
            (a, b, c, d, e) = (next, a, (b << 30) | (b >> 2), c, d);
        )*};
    }
    rounds!(0: d ^ (b & (c ^ d)); 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
    rounds!(1: b ^ c ^ d; 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39);
    rounds!(2: (b & c) | (d & (b | c)); 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59);
    rounds!(3: b ^ c ^ d; 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79);
    *state = [state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e];
}

#[cfg(test)]
mod tests {
    use super::{Block, Kernel, MOST};

    /// The examples of NIST for SHA-1, and one of no bytes.
    fn examples() -> [(Vec<u8>, &'static str); 4] {
        [
            (b"abc".to_vec(), "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".to_vec(),
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
            ),
            (vec![b'a'; 1_000_000], "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
            (Vec::new(), "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ]
    }

    fn padded(message: &[u8]) -> Vec<Block> {
        let mut bytes = message.to_vec();
        bytes.push(0x80);
        bytes.resize(bytes.len().next_multiple_of(64) + if bytes.len() % 64 > 56 { 64 } else { 0 } - 8, 0);
        bytes.extend((8 * message.len() as u64).to_be_bytes());
        bytes.as_chunks().0.to_vec()
    }

    #[test]
    fn the_examples_of_nist_come_out_in_every_lane_whatever_the_others_hold() {
        for kernel in Kernel::all() {
            for (message, digest) in examples() {
                let own = padded(&message);
                let other: Vec<Block> =
                    own.iter().enumerate().map(|(at, block)| block.map(|b| b ^ at as u8)).collect();
                // the longest one takes a second, so it has the odd lanes in one go
                for first in if own.len() > 100 { 0..2 } else { 0..kernel.lanes } {
                    let is_its = |lane: usize| lane == first || own.len() > 100 && lane % 2 == first;
                    let before = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
                    let mut rows = before.map(|word| [word; MOST]);
                    let blocks = std::array::from_fn(|lane| if is_its(lane) { &own[..] } else { &other[..] });
                    kernel.compress(&mut rows, &blocks, own.len());
                    for lane in (0..kernel.lanes).filter(|lane| is_its(*lane)) {
                        let found: String = rows.map(|row| format!("{:08x}", row[lane])).concat();
                        assert_eq!(found, digest, "{kernel:?}, lane {lane}");
                    }
                }
            }
        }
    }
}
