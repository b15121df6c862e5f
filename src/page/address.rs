//! Addresses: of what the page shows, after its `#`, and of the page itself.

use std::path::Path;

/// What finds the items with this value of a property, as the page writes it in its own address: `year=2024`.
pub fn find(property: &str, value: &str) -> String {
    format!("{property}={}", encoded(value.as_bytes()))
}

/// The `file://` address of a file or folder; of its absolute path, if the system tells it.
pub fn of_file(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let bytes = absolute.as_os_str().as_encoded_bytes();
    match cfg!(windows) {
        true => of_windows(&String::from_utf8_lossy(bytes)),
        false => format!("file://{}", encoded(bytes)),
    }
}

/// `C:\Photos` → `file:///C:/Photos`, `\\server\share` → `file://server/share`.
fn of_windows(path: &str) -> String {
    let path = path.strip_prefix(r"\\?\").unwrap_or(path).replace('\\', "/");
    let path = path.strip_prefix("UNC/").map(|share| format!("//{share}")).unwrap_or(path);
    match (path.strip_prefix("//"), path.split_once(':')) {
        (Some(share), _) => format!("file://{}", encoded(share.as_bytes())),
        (None, Some((drive, rest))) => format!("file:///{drive}:{}", encoded(rest.as_bytes())),
        (None, None) => format!("file:///{}", encoded(path.as_bytes())),
    }
}

/// Percent-encoded but for what is safe in an address; a `/` stays.
pub fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{find, of_file, of_windows};
    use std::path::Path;

    #[test]
    fn what_finds_items_is_safe_in_an_address() {
        assert_eq!(find("year", "2024"), "year=2024");
        assert_eq!(find("camera", "A&B=\"<#%é"), "camera=A%26B%3D%22%3C%23%25%C3%A9");
        assert_eq!(find("place", "Norway/Nordland"), "place=Norway/Nordland");
    }

    #[cfg(unix)]
    #[test]
    fn files_have_an_address_that_a_terminal_makes_a_link() {
        let page = Path::new("/Users/a b/100% #1/é.html");
        assert_eq!(of_file(page), "file:///Users/a%20b/100%25%20%231/%C3%A9.html");
        assert!(of_file(Path::new("page.html")).starts_with("file:///"));
    }

    #[test]
    fn drives_and_shares_of_windows() {
        for (path, address) in [
            (r"E:\My Photos\page.html", "file:///E:/My%20Photos/page.html"),
            (r"\\?\E:\Photos", "file:///E:/Photos"),
            (r"\\nas\photos\page.html", "file://nas/photos/page.html"),
            (r"\\?\UNC\nas\photos", "file://nas/photos"),
        ] {
            assert_eq!(of_windows(path), address);
        }
    }
}
