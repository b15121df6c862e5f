//! Which disks rotate, and so lose time when their heads wander between the files of many threads.
//!
//! Asks the system and neither reads nor writes the disk. A virtual machine's virtio disk always says that it rotates,
//! and is not believed; some USB bridges say so of every disk, which costs an SSD behind them little.

use std::path::Path;

/// Whether a place, or the nearest folder above it that exists, is on a rotating disk, as far as the system says.
#[cfg(target_os = "linux")]
pub(super) fn rotates(place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Some(metadata) = place.ancestors().find_map(|place| {
        let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
        place.metadata().ok()
    }) else {
        return false;
    };
    let device = metadata.dev();
    let number = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    Path::new("/sys/dev/block").join(number).canonicalize().is_ok_and(|disk| says_so(&disk))
}

/// Other systems each have their own way to ask, and none is used yet.
#[cfg(not(target_os = "linux"))]
pub(super) fn rotates(_: &Path) -> bool {
    false
}

/// Whether a disk, or the disk that it is a partition of, says that it rotates. `disk` is its folder in
/// `/sys/devices`.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn says_so(disk: &Path) -> bool {
    let is_virtual = disk.iter().any(|name| name.to_str().is_some_and(|name| name.starts_with("virtio")));
    let mut asked = disk.ancestors().take(2).map(|disk| disk.join("queue/rotational"));
    let said = asked.find_map(|said| std::fs::read_to_string(said).ok());
    !is_virtual && said.is_some_and(|said| said.trim() == "1")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{rotates, says_so};

    #[test]
    fn a_partition_is_what_its_disk_is() {
        let devices = tempfile::tempdir().unwrap();
        let disk = |path: &str, said: &str| {
            let disk = devices.path().join(path);
            fs::create_dir_all(disk.join("queue")).unwrap();
            fs::write(disk.join("queue/rotational"), said).unwrap();
            fs::create_dir(disk.join("part1")).unwrap();
            disk
        };
        let (hard, solid) = (disk("pci0/usb1/block/sda", "1\n"), disk("pci0/nvme0/nvme0n1", "0\n"));
        let given = disk("pci0/virtio1/block/vda", "1\n");
        for (disk, expected) in [(&hard, true), (&solid, false), (&given, false)] {
            assert_eq!((says_so(disk), says_so(&disk.join("part1"))), (expected, expected), "{disk:?}");
        }
        assert!(!says_so(devices.path()));
    }

    #[test]
    fn what_is_not_there_yet_is_where_it_will_be() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(rotates(&place.path().join("a/library")), rotates(place.path()));
    }
}
