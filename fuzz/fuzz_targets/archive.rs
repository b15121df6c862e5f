//! Any bytes as an archive: it opens or it does not, and what it yields is what it declares.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::{Read, Write};
use windfall::apple::zip::{Window, ZipArchive};

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room");
    let Ok(archive) = ZipArchive::open(Window::file(file).expect("a window")) else { return };
    let mut total = 0;
    for entry in archive.entries.iter().take(64) {
        let _ = (entry.path(), entry.refusal(), archive.stored_window(entry));
        let Ok(mut reader) = archive.reader(entry) else { continue };
        let mut buffer = [0; 8192];
        let mut crc32 = crc32fast::Hasher::new();
        let mut size = 0;
        let whole = loop {
            match reader.read(&mut buffer) {
                Ok(0) => break true,
                Ok(count) => {
                    crc32.update(&buffer[..count]);
                    size += count as u64;
                    total += count as u64;
                    // a run would go on; a fuzzer has other inputs to try
                    if total > 16 << 20 {
                        return;
                    }
                }
                Err(_) => break false,
            }
            assert!(size <= entry.size, "more than it declares");
        };
        if whole {
            assert_eq!((size, Some(crc32.finalize())), (entry.size, Some(entry.crc32)));
        }
    }
});
