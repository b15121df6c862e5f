//! How fast Apple's fingerprints are made side by side, beside one after another: `cargo bench --bench fingerprints`.
//!
//! Both take turns on the same bytes, and a ratio is taken within a turn. It fails where the processor has vectors that
//! should pay and they bring less than a fifth: then something of the kernel is no longer inlined, and is compiled for
//! the plainest processor.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use windfall::apple::fingerprint::lanes::{LaneId, Lanes, side_by_side};
use windfall::apple::fingerprint::{Fingerprint, Hasher};

const FILE: usize = 3 << 20;
const PIECE: usize = 64 << 10;
const TURNS: usize = 11;

fn main() -> ExitCode {
    let files: Vec<Vec<u8>> = (0..side_by_side() as u64).map(noise).collect();
    let bytes = files.iter().map(Vec::len).sum::<usize>() as f64;
    let (mut alone, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let (first, expected) = timed(|| files.iter().map(|file| one(file)).collect::<Vec<_>>());
        let (second, found) = timed(|| together(&files));
        assert_eq!(expected, found);
        alone.push(bytes / first / 1e6);
        ratios.push(first / second);
    }
    let (alone, ratio) = (median(alone), median(ratios));
    println!("one file after another: {alone:.0} MB/s");
    println!("{} files side by side: {:.0} MB/s, {ratio:.2} times as fast", files.len(), alone * ratio);
    if files.len() > 1 && ratio < 1.2 {
        eprintln!("vectors bring too little: is all of the kernel inlined?");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn one(file: &[u8]) -> Fingerprint {
    let mut hasher = Hasher::new();
    file.chunks(PIECE).for_each(|piece| hasher.update(piece));
    hasher.finish()
}

/// All at once, each copied into its lane, as a reader would.
fn together(files: &[Vec<u8>]) -> Vec<Fingerprint> {
    let mut lanes = Lanes::with_room(files.len() * (PIECE + 1024));
    let open: Vec<LaneId> = files.iter().map(|_| lanes.open(PIECE).expect("room for all")).collect();
    for at in (0..FILE).step_by(PIECE) {
        for (&lane, file) in open.iter().zip(files) {
            lanes.space(lane, PIECE).copy_from_slice(&file[at..at + PIECE]);
            lanes.take(lane, PIECE);
            if at + PIECE == FILE {
                lanes.end(lane);
            }
        }
        lanes.advance();
    }
    open.iter().map(|&lane| lanes.fingerprint(lane).expect("a file that is hashed")).collect()
}

fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed + 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..FILE).map(next).collect()
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let done = black_box(work());
    (begun.elapsed().as_secs_f64(), done)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
