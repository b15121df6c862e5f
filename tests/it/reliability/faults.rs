//! Failures that need no help from outside: places that cannot be written, parts that are damaged
//! once. Calls that fail are in [`traced`](super::traced).

use std::fs;

use super::Bench;
use crate::support::said;

#[test]
fn a_library_that_cannot_be_written_stops_the_run_and_says_so() {
    let bench = Bench::new();
    let trial = bench.trial();
    fs::write(&trial.library, "a file where the library would be").unwrap();
    let output = trial.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("hint: "), "{}", said(&output));
    assert_eq!(fs::read_to_string(&trial.library).unwrap(), "a file where the library would be");
}

/// Found by failing reads: a nested archive counted as read to its end when one entry had failed.
#[test]
fn what_failed_in_a_nested_archive_is_read_again() {
    let bench = Bench::new();
    for zip in &bench.zips {
        let sound = fs::read(zip).unwrap();
        let trial = bench.trial();
        let inner = if zip.ends_with("iCloud Photos Part 2 of 2.zip") { "S1.JPG" } else { "IMG_1.JPG" };
        let name = sound.windows(inner.len()).position(|bytes| bytes == inner.as_bytes()).unwrap();
        let mut damaged = sound.clone();
        damaged[name + 100] ^= 0xff;
        fs::write(zip, damaged).unwrap();
        let output = trial.command().output().unwrap();
        fs::write(zip, sound).unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        trial.assert_holds("damaged");
        trial.assert_reaches_bytes("the part is sound again");
    }
}
