//! Which kind of table a file is, under the newest name that Apple has given it, and what its columns were called
//! before.
//!
//! Only what Apple renamed is listed here. Any other file is a kind of its own, called as it was delivered; titles that
//! differ in case, spaces or punctuation alone are the same column everywhere.

use crate::apple::part_name;
use crate::apple::text::{match_key, split};

/// A kind of table that came under several names, or whose header cannot be found without its titles.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// What it is called here: the newest name of the file, as [`slug`] writes it.
    pub slug: &'static str,
    /// Names of the file in lower case, without ending, copy marks and numbers; `*` stands for any text.
    names: &'static [&'static str],
    /// Titles by which its header is known among other lines, and by which the file is known under any name: two of them,
    /// or the only one.
    telling: &'static [&'static str],
    /// The newest title of a column, and an older one.
    renamed: &'static [(&'static str, &'static str)],
}

const KINDS: &[Kind] = &[
    Kind {
        slug: "apple_music_play_activity",
        names: &["apple music play activity"],
        telling: &["Play Duration Milliseconds", "Event End Timestamp", "End Reason Type"],
        renamed: &[("Song Name", "Content Name")],
    },
    Kind {
        slug: "apple_music_play_history_daily_tracks",
        names: &["apple music - play history daily tracks"],
        telling: &["Date Played", "Track Description"],
        renamed: &[],
    },
    Kind {
        slug: "apple_music_favorites",
        names: &["apple music - favorites", "apple music likes and dislikes"],
        telling: &["Preference", "Item Description"],
        renamed: &[],
    },
    Kind {
        slug: "apple_music_recently_played_tracks",
        names: &["apple music - recently played tracks"],
        telling: &["Total plays", "Track Description"],
        renamed: &[("Last End Reason Type", "Last End Reason Tyoe")],
    },
    Kind {
        slug: "store_transaction_purchase_and_free_apps_history",
        names: &["store transaction purchase and free apps history", "store transaction history"],
        telling: &["Item Purchased Date", "Invoice Item Total"],
        renamed: &[("Apple Account Number", "Apple ID Number"), ("Currency", "Currency ID")],
    },
    Kind {
        slug: "store_free_transaction_history",
        names: &["store free transaction history"],
        telling: &["Item Purchased Date", "Item Description"],
        renamed: &[("Apple Account Number", "Apple ID Number")],
    },
    Kind {
        slug: "subscription_history",
        names: &["subscription history"],
        telling: &["Subscription Initiated Date", "Item Description"],
        renamed: &[("Apple Account Number", "Apple ID Number")],
    },
    Kind {
        slug: "store_re_download_and_update_history",
        names: &[
            "store re-download and update history",
            "itunes and app-book re-download and update history",
        ],
        telling: &["Activity Date", "Item Description"],
        renamed: &[("Apple Account Number", "Apple ID Number")],
    },
    Kind {
        slug: "itunes_match_re_download_history",
        names: &["itunes match re-download history"],
        telling: &["Activity Date", "Item Description"],
        renamed: &[("Apple Account Number", "Apple ID Number")],
    },
    Kind {
        slug: "apple_id_account_information",
        names: &["apple id account information", "apple account information"],
        telling: &["Last Update Date", "Official Address"],
        renamed: &[("Apple ID Number", "Apple Account Number")],
    },
    Kind {
        slug: "apple_id_device_information",
        names: &["apple id device information", "apple account device information"],
        telling: &["Device Name", "Device Added Date"],
        renamed: &[],
    },
    Kind {
        slug: "apple_id_signon_information",
        names: &["apple id signon information", "apple account signon information"],
        telling: &["Logged In Date", "Application"],
        renamed: &[],
    },
    Kind {
        slug: "online_purchase_history",
        names: &["online purchase history"],
        telling: &["Customer Order Number", "Order Date", "Price Including Tax"],
        renamed: &[],
    },
    Kind {
        slug: "applecare_cases",
        names: &["applecare cases"],
        telling: &["Case Title", "Creation Date"],
        renamed: &[],
    },
    Kind {
        slug: "applecare_repairs_and_service",
        names: &["applecare repairs and service"],
        telling: &["Repair Created Date", "Serial Number"],
        renamed: &[],
    },
    Kind {
        slug: "applecare_partners_repairs_and_service",
        names: &["applecare partners repairs and service"],
        telling: &["TimeStamp"],
        renamed: &[],
    },
    Kind {
        slug: "applecare_device_details",
        names: &["applecare device details"],
        telling: &[
            "Serial Number",
            "Purchase Date",
            "Warranty Start Date",
            "Agreement Start Date",
            "Product Description",
        ],
        renamed: &[],
    },
    Kind { slug: "usage", names: &["icloudusagedata*"], telling: &[], renamed: &[] },
    Kind { slug: "known_networks", names: &["knownnetworks"], telling: &[], renamed: &[] },
    Kind { slug: "recent_correspondents", names: &["recents"], telling: &[], renamed: &[] },
    Kind { slug: "locations", names: &["locations"], telling: &[], renamed: &[] },
];

/// What a file of tables is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What its table is called, without `raw_`.
    pub slug: String,
    kind: Option<&'static Kind>,
}

impl Known {
    /// By the name of the file.
    pub fn by_name(name: &str) -> Self {
        let key = match_key(name);
        // Apple's own spaces in names vary
        let key = key.split_whitespace().collect::<Vec<_>>().join(" ");
        let stem = without_number(split(&key).0);
        let kind = KINDS.iter().find(|kind| kind.names.iter().any(|pattern| matches(pattern, stem)));
        Known { slug: kind.map_or_else(|| slug(stem), |kind| kind.slug.to_owned()), kind }
    }

    /// By the name of the file, or else by the titles of its first table.
    pub fn of<'t>(name: &str, titles: impl Iterator<Item = &'t str> + Clone) -> Self {
        let known = Known::by_name(name);
        if known.kind.is_some() {
            return known;
        }
        let keys: Vec<String> = titles.map(column_key).collect();
        let has = |title: &&str| keys.contains(&column_key(title));
        // of one title alone nobody knows a table
        let is_told = |kind: &&Kind| kind.telling.len() > 1 && kind.telling.iter().all(&has);
        match KINDS.iter().find(is_told) {
            Some(kind) => Known { slug: kind.slug.to_owned(), kind: Some(kind) },
            None => known,
        }
    }

    /// Whether a record of the file is a header.
    pub fn knows(&self, record: &[impl AsRef<str>]) -> bool {
        const ENOUGH: usize = 2;
        let Some(kind) = self.kind else { return false };
        let is_known = |cell: &&str| {
            let key = column_key(cell);
            kind.telling.iter().any(|title| column_key(title) == key)
        };
        let found = record.iter().map(AsRef::as_ref).filter(is_known).count();
        found >= ENOUGH.min(kind.telling.len()).max(1)
    }

    /// The newest title of a column, where it had another one.
    pub fn newest<'t>(&self, title: &'t str) -> &'t str {
        let key = column_key(title);
        let renamed = self.kind.map_or(&[][..], |kind| kind.renamed);
        renamed.iter().find(|(_, older)| column_key(older) == key).map_or(title, |(newest, _)| newest)
    }

    /// What the table of this part is called: of a file with several tables each has its title, or else its number.
    pub fn table(&self, part: &str) -> String {
        if part.is_empty() { self.slug.clone() } else { format!("{}_{}", self.slug, slug(part)) }
    }
}

/// The letters and digits of a title in lower case: what makes two titles one column.
pub fn column_key(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name for a table or column: letters and digits in lower case, `_` for all between them.
pub fn slug(title: &str) -> String {
    const LONGEST: usize = 100;
    let mut slug = String::new();
    for c in title.trim().chars().take(LONGEST) {
        // `’` and `'` are part of a word
        if matches!(c, '\'' | '\u{2019}') {
            continue;
        }
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug = slug.trim_end_matches('_');
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}

/// `Store Transaction History-2`, `… (1)` and `…_3` are one kind.
fn without_number(stem: &str) -> &str {
    let stem = part_name::without_copy_marks(stem);
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let numbered = stem.rsplit_once(['-', '_']).filter(|(_, number)| is_number(number));
    numbered.map_or(stem, |(stem, _)| stem).trim_end()
}

/// Whether a name has this form; a `*` at its end stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{Known, column_key, slug};

    #[test]
    fn files_under_all_their_names() {
        for (name, expected) in [
            ("Apple Music Play Activity.csv", "apple_music_play_activity"),
            ("Apple Music - Play History Daily Tracks.csv", "apple_music_play_history_daily_tracks"),
            ("Apple Music Likes and Dislikes.csv", "apple_music_favorites"),
            ("Store Transaction History-2.csv", "store_transaction_purchase_and_free_apps_history"),
            ("Store Transaction History (1).csv", "store_transaction_purchase_and_free_apps_history"),
            ("Store Credit  Transaction History.csv", "store_credit_transaction_history"),
            (
                "iTunes and App-Book Re-download and Update History.csv",
                "store_re_download_and_update_history",
            ),
            ("iTunes Match Re-download History.csv", "itunes_match_re_download_history"),
            ("App install activity.csv", "app_install_activity"),
            ("App Install Activity.csv", "app_install_activity"),
            ("iCloudUsageData Set1.csv", "usage"),
            ("icloudusagedata.csv", "usage"),
            ("KnownNetworks.xml", "known_networks"),
            ("Apple Account Device Information.csv", "apple_id_device_information"),
            ("Data & Privacy Request History.csv", "data_privacy_request_history"),
            ("Überblick.csv", "überblick"),
            (".csv", "csv"),
        ] {
            assert_eq!(Known::by_name(name).slug, expected, "{name}");
        }
    }

    #[test]
    fn a_file_of_any_name_is_known_by_its_titles() {
        let titles = ["Item Purchased Date", " Invoice Item Total", "x"];
        let known = Known::of("export.csv", titles.iter().copied());
        assert_eq!(known.slug, "store_transaction_purchase_and_free_apps_history");
        assert_eq!(Known::of("export.csv", ["TimeStamp"].into_iter()).slug, "export");
    }

    #[test]
    fn renamed_titles_and_headers() {
        let known = Known::by_name("Store Transaction History.csv");
        assert_eq!(known.newest(" Currency ID"), "Currency");
        assert_eq!(known.newest("Seller"), "Seller");
        assert!(known.knows(&["x", "Item purchased date", " Invoice Item Total"]));
        assert!(!known.knows(&["Item Purchased Date"]));
        assert!(Known::by_name("AppleCare Partners Repairs and Service.csv").knows(&["TimeStamp", "a"]));
        assert!(!Known::by_name("x.csv").knows(&["TimeStamp", "a"]));
    }

    #[test]
    fn names_of_tables_and_columns() {
        assert_eq!(slug(" User\u{2019}s Audio Quality "), "users_audio_quality");
        assert_eq!(slug("Is part of subscription bundle?"), "is_part_of_subscription_bundle");
        assert_eq!(slug("Photos: Delete photo/video"), "photos_delete_photo_video");
        assert_eq!(slug("?"), "unnamed");
        assert_eq!(column_key("Metrics Client ID"), column_key(" Metrics Client Id"));
        assert_eq!(Known::by_name("iCloudUsageData Set2.csv").table("iCloud: Device"), "usage_icloud_device");
    }
}
