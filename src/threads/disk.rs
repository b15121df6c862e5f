//! Which disks rotate, and so lose time when their heads wander between the files of many threads, and which places
//! take many files side by side.
//!
//! Asks the system and neither reads nor writes the disk. A virtual machine's virtio disk always says that it rotates,
//! and is not believed; some USB bridges say so of every disk, which costs an SSD behind them little.

use std::fs::File;
#[cfg(target_os = "linux")]
use std::fs::Metadata;
use std::path::Path;

/// Whether a place, or the nearest folder above it that exists, is on a rotating disk, as far as the system says.
#[cfg(target_os = "linux")]
pub(super) fn rotates(place: &Path) -> bool {
    let metadata = place.ancestors().find_map(|place| {
        let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
        place.metadata().ok()
    });
    metadata.is_some_and(|metadata| is_on_rotating(&metadata))
}

#[cfg(target_os = "linux")]
fn is_on_rotating(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = metadata.dev();
    let number = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    Path::new("/sys/dev/block").join(number).canonicalize().is_ok_and(|disk| says_so(&disk))
}

/// Whether many files in this place can be read and written side by side, a little of each in turn, as fast as one after
/// the other: not on a disk that says it rotates; nor on exFAT and its like, which would give each file blocks here and
/// there; nor on file systems that are not known. What overlayfs lies on it does not tell: that is a container's, and
/// those do not stand on rotating disks.
#[cfg(target_os = "linux")]
pub fn serves_many(place: &File) -> bool {
    /// ext2 to ext4, XFS, F2FS, tmpfs, overlayfs.
    const ALLOCATE_LATE: [u32; 5] = [0xef53, 0x5846_5342, 0xf2f5_2010, 0x0102_1994, 0x794c_7630];
    // as 32 bits, because the width and sign of the field depend on the processor
    let allocates_late = |system: rustix::fs::StatFs| ALLOCATE_LATE.contains(&(system.f_type as u32));
    rustix::fs::fstatfs(place).is_ok_and(allocates_late)
        && place.metadata().is_ok_and(|metadata| !is_on_rotating(&metadata))
}

/// Other systems are not asked.
#[cfg(not(target_os = "linux"))]
pub fn serves_many(_: &File) -> bool {
    false
}

/// Other systems are not asked.
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

    #[cfg(target_os = "linux")]
    use super::serves_many;
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

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_disk_is_not_known_to_serve_many() {
        assert!(!serves_many(&fs::File::open("/proc").unwrap()));
    }

    #[test]
    fn what_is_not_there_yet_is_where_it_will_be() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(rotates(&place.path().join("a/library")), rotates(place.path()));
    }
}
