//! What a file of cards wishes to be called.
//!
//! Apple names each file after its card. Where the delivered name says nothing (a number, an identifier, letters
//! that some zip program lost), the card's own name does. The wish is a text as people wrote it: making it portable,
//! and telling twins apart, is for others.

use crate::category::contacts::card::Card;

const EXTENSION: &str = ".vcf";

/// What files are called that nobody named; in English, as Apple's inner names are.
const NAMELESS: [&str; 12] = [
    "card", "contact", "contacts", "export", "file", "no name", "noname", "unknown", "unnamed", "untitled",
    "vcard", "vcards",
];

/// The stem that a file of these cards wishes, given its delivered name. It keeps that name, unless it says nothing
/// and the file is of one card that has a name.
pub fn wished_stem<'t>(delivered: &'t str, cards: &'t [Card]) -> &'t str {
    let stem =
        match delivered.len().checked_sub(EXTENSION.len()).and_then(|at| delivered.split_at_checked(at)) {
            Some((stem, extension)) if extension.eq_ignore_ascii_case(EXTENSION) => stem,
            _ => delivered,
        };
    match cards {
        [card] if says_nothing(stem) => card.display_name().unwrap_or(stem),
        _ => stem,
    }
}

fn says_nothing(stem: &str) -> bool {
    let letters = |c: char| c.is_alphabetic();
    if !stem.contains(letters) || stem.contains('\u{fffd}') {
        return true;
    }
    let bare = stem.trim_end_matches(|c: char| !letters(c)).to_lowercase();
    NAMELESS.contains(&bare.trim_start_matches(|c: char| !letters(c))) || is_identifier(stem)
}

/// A UUID, or so many hexadecimal digits that no word has them.
fn is_identifier(stem: &str) -> bool {
    let digits = stem.bytes().filter(u8::is_ascii_hexdigit).count();
    let has_figure = stem.contains(|c: char| c.is_ascii_digit());
    has_figure
        && digits >= 12
        && stem.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::wished_stem;
    use crate::category::contacts::card::Card;

    #[test]
    fn the_delivered_name_counts_unless_it_says_nothing() {
        let ann = Card { full_name: Some("Ann Berg".into()), ..Card::default() };
        let shop = Card { organisation: Some("Berg & Sons".into()), ..Card::default() };
        let nobody = Card::default();
        let cases = [
            ("Ann Berg.vcf", &ann, "Ann Berg"),
            ("Ann B.vcf", &ann, "Ann B"),
            ("Berg.VCF", &ann, "Berg"),
            ("Dr. No", &ann, "Dr. No"),
            ("山田太郎.vcf", &ann, "山田太郎"),
            ("123.vcf", &ann, "Ann Berg"),
            ("___.vcf", &ann, "Ann Berg"),
            (".vcf", &ann, "Ann Berg"),
            ("contact.vcf", &ann, "Ann Berg"),
            ("Contact-12.vcf", &ann, "Ann Berg"),
            ("vCard (3).vcf", &ann, "Ann Berg"),
            ("_unnamed_.vcf", &ann, "Ann Berg"),
            ("0B1A6F1E-53D4-4E8C-9A73-2F64B1C3D5E7.vcf", &ann, "Ann Berg"),
            ("0b1a6f1e53d44e8c9a732f64b1c3d5e7.vcf", &ann, "Ann Berg"),
            ("caf\u{fffd}.vcf", &ann, "Ann Berg"),
            ("Contact Lenses.vcf", &ann, "Contact Lenses"),
            ("Abba.vcf", &ann, "Abba"),
            ("7.vcf", &shop, "Berg & Sons"),
            ("7.vcf", &nobody, "7"),
        ];
        for (delivered, card, expected) in cases {
            assert_eq!(wished_stem(delivered, std::slice::from_ref(card)), expected, "{delivered}");
        }
        assert_eq!(wished_stem("7.vcf", &[ann, shop]), "7", "of two cards neither names the file");
        assert_eq!(wished_stem("7.vcf", &[]), "7");
    }
}
