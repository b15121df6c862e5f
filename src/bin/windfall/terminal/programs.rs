//! What to do in another program once the sidecars for it are written. The same as the table of the README.

use std::path::Path;

use crate::cli::Audience;
use windfall::cli::remedy::quoted;
use windfall::cli::{ALBUMS, HIDDEN, MEMORIES, OF_CATEGORIES, OTHER, RECENTLY_DELETED};

/// The folders that a program for photos is told to leave out: what is not to be shown, links that repeat photos, and
/// what belongs to notes, files, contacts and the rest, although there are pictures among it.
fn left_out() -> impl Iterator<Item = &'static str> {
    [HIDDEN, RECENTLY_DELETED, ALBUMS, MEMORIES].into_iter().chain(OF_CATEGORIES).chain([OTHER])
}

/// Each of them as `one` writes it.
fn each_left_out(one: impl Fn(&str) -> String, between: &str) -> String {
    left_out().map(one).collect::<Vec<_>>().join(between)
}

/// A line each: what to do in that program, and commands that stand by themselves.
pub(super) fn next_steps(audience: Audience, library: &Path) -> Vec<String> {
    let shown = library.display();
    let library = quoted(library);
    let command = |command: String| format!("    {command}");
    let written_by = |program: &str| {
        format!("What {program} writes into these small files stays: Windfall leaves those alone then.")
    };
    let come = "Albums come as tags, favourites as five stars.";
    let mut steps = match audience {
        Audience::Digikam => vec![
            "In digiKam: Settings, Configure digiKam, Metadata, Sidecars: tick `Read from sidecar files`."
                .to_owned(),
            format!("Then add `{shown}` as a collection. {come}"),
        ],
        Audience::Darktable => {
            vec![
                format!("In darktable: Import, Add to library, `{shown}`. {come}"),
                written_by("darktable"),
            ]
        }
        Audience::Lightroom => vec![
            "Lightroom reads no such files itself. Copy the library, and put their words into the photos of the \
             copy:"
                .to_owned(),
            command(
                "exiftool -r -ext '*' --ext xmp -overwrite_original -tagsfromfile %d%f.%e.xmp -xmp:all -i Albums -i Memories COPY"
                    .to_owned(),
            ),
            "Then import the copy with `Add`. Albums come as keywords, favourites as five stars.".to_owned(),
        ],
        Audience::ApplePhotos => vec![
            // its sidecars it reads by exiftool, and a rating means nothing to Photos
            "On a Mac with osxphotos and exiftool:".to_owned(),
            command(format!(
                "osxphotos import {library}/[12]* --walk --sidecar --skip-dups --favorite-rating 5"
            )),
            "Albums come as keywords, favourites as favourites. Photos without a date are in `Undated`, and those \
             that only shared albums have in `Shared Albums`: name these folders too if you want them."
                .to_owned(),
        ],
        Audience::Immich => vec![
            format!(
                "In Immich: Administration, External Libraries: add `{shown}` (in Docker: where that folder is \
                 mounted), with the exclusion patterns"
            ),
            format!("  {}", each_left_out(|folder| format!("`**/{folder}/**`"), "  ")),
            format!("{come} Both are switched on in Immich under Account Settings, Features."),
            written_by("Immich"),
        ],
        Audience::ImmichGo => vec![
            "With immich-go and a key from Immich, Account Settings, API Keys:".to_owned(),
            command(format!(
                "immich-go upload from-folder --server URL --api-key KEY --ban-file .windfall/ {} {library}",
                each_left_out(|folder| format!("--ban-file {}", quoted(Path::new(&format!("{folder}/")))), " ")
            )),
            "Albums, favourites and dates come along.".to_owned(),
        ],
        Audience::PhotoPrism => {
            let mut steps = vec![format!("In `{shown}` make a file `.ppignore` with these lines:")];
            steps.extend(left_out().map(|folder| format!("  {folder}")));
            steps.push("Then index the library as originals.".to_owned());
            steps
        }
        Audience::Xmp => return Vec::new(),
    };
    if matches!(audience, Audience::Digikam | Audience::Darktable | Audience::Lightroom) {
        let others = OF_CATEGORIES.into_iter().chain([OTHER]).map(|folder| format!("`{folder}`"));
        steps.push(format!(
            "Leave out `{ALBUMS}` and `{MEMORIES}`, whose links repeat the photos, `{HIDDEN}` and \
             `{RECENTLY_DELETED}`, unless you want them shown, and what is no photo of the library, although it may \
             hold pictures: {}.",
            others.collect::<Vec<_>>().join(", ")
        ));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::next_steps;
    use crate::cli::AUDIENCES;
    use std::path::Path;

    /// Pictures in notes, in iCloud Drive and of contacts are no photos of the library.
    #[test]
    fn every_program_that_walks_the_library_is_told_what_to_leave_out() {
        for (audience, _) in AUDIENCES {
            use crate::cli::Audience::{ApplePhotos, Xmp};
            // one is given the folders of years, and the other is no program
            if matches!(audience, ApplePhotos | Xmp) {
                continue;
            }
            let steps = next_steps(audience, Path::new("Photos")).join("\n");
            for folder in [
                "Hidden",
                "Recently Deleted",
                "Albums",
                "Memories",
                "Notes",
                "Drive",
                "Contacts",
                "Music",
                "Other",
            ] {
                assert!(steps.contains(folder), "{audience:?}, {folder}: {steps}");
            }
        }
    }

    #[test]
    fn every_program_has_its_next_steps_and_commands_name_the_library() {
        for (audience, _) in AUDIENCES {
            let steps = next_steps(audience, Path::new("/media/My Disk/Photos")).join("\n");
            let is_general = audience == crate::cli::Audience::Xmp;
            assert_eq!(steps.is_empty(), is_general, "{audience:?}");
            let names = steps.matches("/media/My Disk/Photos").count();
            let is_named = is_general || audience == crate::cli::Audience::Lightroom || names > 0;
            assert!(is_named, "{audience:?}: {steps}");
            assert!(!steps.contains(" /media/My Disk"), "a shell would break it: {steps}");
        }
    }
}
