//! Sizes and numbers in words, so that the certificate, the page and every message say the same of the same library.
//!
//! Sizes are in powers of ten (1 GB is 1,000,000,000 bytes), as on the box of a drive.

/// `812 bytes`, `4.2 MB`, `96.4 GB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return counted(bytes, "byte", "bytes");
    }
    let mut value = bytes as f64;
    let mut unit = "";
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        value /= 1000.0;
        unit = next;
        // what would be written as 1000.0 is 1.0 of the next
        if value < 999.95 {
            break;
        }
    }
    format!("{value:.1} {unit}")
}

/// `1234567` → `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 photo`, `2,345 photos`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `3 of the photos are Live Photos, each with its movie`; nothing if none is.
pub fn live_photos(number: u64) -> Option<String> {
    match number {
        0 => None,
        1 => Some("1 of the photos is a Live Photo, with its movie".to_owned()),
        many => Some(format!("{} of the photos are Live Photos, each with its movie", count(many))),
    }
}

#[cfg(test)]
mod tests {
    use super::{count, counted, size};

    #[test]
    fn sizes() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (4_249_999, "4.2 MB"),
            (999_949_999, "999.9 MB"),
            (999_950_000, "1.0 GB"),
            (u64::from(u32::MAX), "4.3 GB"),
            (120_340_000_000, "120.3 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn numbers() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "photo", "photos"), "1 photo");
        assert_eq!(counted(2_345, "photo", "photos"), "2,345 photos");
    }
}
