//! For whom sidecars are: one of their forms, or a program that reads one of them. People think of programs.

use super::Helped;
use windfall::SidecarForm;
use windfall::cli::Word;

/// What `--for` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Digikam,
    Darktable,
    Lightroom,
    ApplePhotos,
    Immich,
    Xmp,
    PhotoPrism,
    ImmichGo,
}

impl Audience {
    /// What it reads.
    pub fn form(self) -> SidecarForm {
        match self {
            Audience::PhotoPrism => SidecarForm::PhotoPrism,
            Audience::ImmichGo => SidecarForm::ImmichGo,
            Audience::Digikam
            | Audience::Darktable
            | Audience::Lightroom
            | Audience::ApplePhotos
            | Audience::Immich
            | Audience::Xmp => SidecarForm::Xmp,
        }
    }
}

impl Word for Audience {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Audience::Digikam, "digikam"),
        (Audience::Darktable, "darktable"),
        (Audience::Lightroom, "lightroom"),
        (Audience::ApplePhotos, "apple-photos"),
        (Audience::Immich, "immich"),
        (Audience::ImmichGo, "immich-go"),
        (Audience::PhotoPrism, "photoprism"),
        (Audience::Xmp, "xmp"),
    ];
}

pub const AUDIENCES: Helped<Audience, 8> = [
    (Audience::Digikam, "digiKam"),
    (Audience::Darktable, "darktable"),
    (Audience::Lightroom, "Lightroom, by way of exiftool"),
    (Audience::ApplePhotos, "Photos on a Mac, by way of osxphotos"),
    (Audience::Immich, "Immich, where the photos stay in the library"),
    (Audience::ImmichGo, "Immich, uploaded by immich-go: NAME.EXT.json"),
    (Audience::PhotoPrism, "PhotoPrism: NAME.EXT.xmp in its own words"),
    (Audience::Xmp, "every program that reads NAME.EXT.xmp"),
];

#[cfg(test)]
mod tests {
    use super::{AUDIENCES, Audience};
    use windfall::SidecarForm;
    use windfall::cli::Word;

    #[test]
    fn every_form_has_an_audience_of_its_name() {
        assert_eq!(Audience::WORDS.len(), AUDIENCES.len());
        for (form, word) in SidecarForm::WORDS {
            assert_eq!(Audience::from_name(word).map(Audience::form), Some(*form), "{word}");
        }
        for (audience, _) in AUDIENCES {
            assert_eq!(Audience::from_name(audience.as_str()), Some(audience));
        }
    }
}
