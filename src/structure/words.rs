//! Apple's own words, and whether a text is made of nothing else.
//!
//! What a column, a key or a file is called may be told only where Apple called it so, and nobody knows all of Apple's
//! names: that is what a structure report is for. So a name is taken apart into words, and each word has to be one that
//! titles of tables are made of. An owner who uses only such words gives nothing away.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::apple::text::split;

/// Characters of the longest title.
const LONGEST: usize = 80;

/// Digits that stand together in a title or in the number of a file; more could be somebody's.
const MOST_DIGITS: usize = 3;

/// Letters of a word that says something by itself.
const TELLING: usize = 3;

/// Titles that have to be Apple's before one beside them may have a word that is not known.
const SURE: usize = 4;

/// Words of titles, keys and file names that Apple gave. No word is here that only an owner would write.
const WORDS: &str = "\
a about acceptance access account accounts achievement achievements achievementstitle action actions activation \
active activities activity ad add added additional address addressarray addresses adjusted admin affiliate after age \
agent agreement agreements album albums all allowed alternate amount amounts an analytics and annotation annotations \
app appearance apple applecare application applications approved apps archive are array article articles artist \
artists as assigned assistant associated at attempt attempts attendee attribute attributes audio author \
authorization authorizations authorized auto automatic available avenue average base based basis beats been before \
begin beta between bill billed billing billings birth bitrate block blocked body bonus book bookmark bookmarks books \
bookstore both bought brand browser build bundle by cache calendar calendars calls campaign cancel cancelled capture \
captured card cards care carrier cart case cases categories category center certificate change changed changes \
channel channels charge chargeback charged check checked checksum child city class click clicks client clips close \
closed cloud code codes coll collection collections com comment comments commerce communication communications \
compatibility compilation complete completed completion component composer computer concern config configuration \
confirmation confirmed connection connections consent consented consumption contact contacts container containers \
content contenthash contents context conversion copy core count counter country counts county coupon course created \
creating creation creator credential credentials credit cumulative currency current cursor custom customer daily \
data database date dates day days dd debit decimal default delete deleted deletion delivered delivery density \
department derived desc description destination detail details developer device devices diagnostic diagnostics \
digital dimension direct direction disabled disc discount discovery dislikes display dispute distance district \
document documents dollar domain done download downloaded downloads drawing drive driver duration during edited \
effective elapsed element email empty enable enabled encoding end ended ending ends engine enrolled enrollment \
entered entity entry environment episode episodes error errors estimated evaluation event eventkit events exchange \
executable exempt expiration expired expires expiry explicit export extended extension external face facetime failed \
failure family favorite favorites favourite favourites feature featured features fee feed feedback fi field file \
files find fingerprint finished first flag flags flow folder folders follow for form format forward found free \
freeform frequency from front fulfillment full function game games gaps gender general genre genres gift given \
global grade grand group grouping groups guid guide hand handle handwriting hardware has hash have header health \
heartbeat height hidden hide high history holder hour hours human i iap ibooks iccid icloud icon id identifier \
identifiers identity ids ignore image images imei img import imported impression impressions in inactive inbox \
including income index indicator industry info information initial initiated input install installation installed \
installs interaction interface internal interpretation interval invitation invoice ios ip iphoto is iso issue issued \
issuer item items itunes job join joined journal json key keyboard keys keyword kind kit known label language last \
lat latest latitude launch leaderboard leaderboards legal length level library license like liked likes limit line \
lines link linked list listed listened lists live local locale location locations lock locked log logged login logs \
lon longitude low lyrics mac mail main major make managed manual manually manufacturer map mapped maps mark marked \
market marketing master match matched matching max maximum measure measurement media meid member members memories \
memory memos merchant message messages messaging meta metadata method metrics middle migrated millis millisecond \
milliseconds min minimum minor minute minutes missing mm mobile mode model models modification modified month \
monthly movement movie movies ms multiple music my name names native navigation net network networks new newer \
newest news next no non normal not note notes notification notifications now null number numbers object objects \
occurred of off offer official offline offset old oldest on online only open opened operating operation option \
options or order orderable orders organization orientation origin original originating os other others out output \
outstanding over owned owner package page pages paid parent part partial participant participants partner partners \
parts passkey passkeys password passwords path pay payload payment payments pending per percent percentage \
performance period permission permissions person personal phone photo photos physical pinned placed plan plans \
platform play playback played player playlist playlists plays playstate podcast podcasts point points popularity \
position positions post postal posted pre preference preferences prefix preorder preview previous previously price \
primary print priority privacy product products profile profiles program progress projection promo promotion \
promotional promotions properties property protocol provider providers province proxy public published publisher \
pulled purchase purchased purchaser purchases push qty quality quantity query queue radio rank ranking rankings rate \
rated rating ratings raw re read reading reason receipt receipts received recent recently recents recipient \
recommendations reconciled record recorded recording recordings records redeemed redemption redownload reference \
referral referrer refund refunded region register registered registration relationship release released remaining \
remark reminder reminders remote removal removed renew renewal rental rented repair repairs repeat replaced reply \
report reported request requested requests required reserved reset resolution resolved resource resources response \
responses restored result results retail returned review reviewed reviews revision revoked role roles row rows rule \
s safari sale sales sample saved scale schedule scheduled scope score screen search season second secondary seconds \
secret section sections security segment selected selection seller send sender sent sequence serial series server \
service services session sessions set sets setting settings severity share shared shares sharing ship shipped \
shipping short shortcuts show shows shuffle sign signature signed signon similarity since singular siri size skip \
skipped skips sku sms social software sold song songs sort sound source sources space special specific spent staff \
stamp standard start started starting starts state states station stations statistic statistics status step stocks \
stop stopped storage store stored storefront stores stream streaming street string strings style sub subject \
submission submitted subscribe subscribed subscriber subscription subscriptions subtitle subtotal success successful \
suffix suggested suggestions summary supplied support supported suppressed survey sync system table tag tagged tags \
tap target tax term terms test text the third threshold thumbnail tier time timed times timestamp timezone title \
titles to token tokens top topic total totals touched track tracking tracks traffic transaction transactions \
transfer transferred trial tunes tv tyoe type types ua udid ui unique unit units unknown unread unwatched up update \
updated updates upload uploaded uri url urls us usage use used user username users using usual utc uuid valid \
validation value values variant vendor verification verified version via video videos view viewed views visibility \
visible visit visited visits voice volume wallet warranties warranty was watch watched watchos web website week \
weekly weight what when where wi width wifi window wishlist with within work worksheet x xml year yearly years \
yosemite your yyyy yyyymmdd zip zone";

/// Endings of files that say nothing of whose they are.
const EXTENSIONS: &str = "\
3gp aac aae ac3 aif aiff amr app apk arw avi avif band bin bmp bz2 c caf cfg cgi class conf cpp cr2 cr3 crt crw css csv \
dat db dmg dng doc docx eml emlx eps epub exe fig flac framework gif git go gpx gz h heic heif htm html icloud ics icns \
ico iff imovielibrary ini ips ipynb iso jar java jp2 jpeg jpg js json jsx key keynote kml lock log logicx lua m m3u m3u8 \
m4a m4b m4r m4v map mbox md mid midi mkv mobi mov mp3 mp4 mpeg mpg msg ndjson nef nib nsf numbers odp ods odt ogg opml \
opus orf otf pages parquet pdf pem php pkg pkpass playgroundbook plist png pps ppt pptx ps psd py pxm raf rar raw rb rs \
rtf rtfd rw2 sh sketch sql sqlite srt svg swift tar tex tgz tif tiff toml ts tsv tsx ttf txt usdz vcf vcs wav webarchive \
webm webp wma wmv woff woff2 xcodeproj xhtml xls xlsm xlsx xml xmp yaml yml z zip";

/// Whether this is made of nothing but Apple's words, and of no number that could be somebody's.
pub fn is_apples(text: &str) -> bool {
    has_the_shape(text) && words(text).all(|word| is_known(&word)) && words(text).any(|word| word.len() > 1)
}

/// Whether a file is called in Apple's words, and has an ending that is known or none.
pub fn names_apples(file: &str) -> bool {
    let (stem, extension) = split(file);
    is_apples(stem) && (extension.is_empty() || is_extension(extension))
}

/// Whether an ending says nothing of whose a file is.
pub fn is_extension(extension: &str) -> bool {
    let extension = extension.to_ascii_lowercase();
    EXTENSIONS.split_ascii_whitespace().any(|known| known == extension)
}

/// The titles of Apple's among these names, which stand together in a header or in an object; `None` if they are no
/// titles but values, or names that somebody gave. A title that could still be somebody's is not among them.
pub fn titles<'n>(names: &[&'n str]) -> Option<Vec<Option<&'n str>>> {
    if names.is_empty() || !names.iter().all(|name| has_the_shape(name)) {
        return None;
    }
    let sure = names.iter().filter(|name| is_apples(name)).count();
    if sure == 0 || sure * 2 < names.len() {
        return None;
    }
    let is_likely = sure >= SURE && sure * 3 >= names.len() * 2;
    let title = |name: &&'n str| {
        let is_told =
            is_apples(name) || is_likely && words(name).any(|word| word.len() >= TELLING && is_known(&word));
        is_told.then_some(*name)
    };
    Some(names.iter().map(title).collect())
}

/// Whether a title could look like this. A date, an address, a number or a sentence never does.
fn has_the_shape(text: &str) -> bool {
    let text = text.trim();
    let fits = |c: char| {
        c.is_alphanumeric()
            || matches!(c, ' ' | '-' | '_' | '/' | '(' | ')' | '?' | '\'' | '’' | '&' | '.' | ':' | '#' | '%')
    };
    let has_number = || text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > MOST_DIGITS);
    text.starts_with(char::is_alphabetic)
        && text.chars().count() <= LONGEST
        && text.chars().all(fits)
        && !text.contains("://")
        && !has_number()
}

fn is_known(word: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_ascii_whitespace().collect());
    KNOWN.contains(word)
}

/// The words of a text in lower case. `viewCount` is two; digits are none, nor is the `s` after an apostrophe.
fn words(text: &str) -> impl Iterator<Item = String> + use<> {
    let mut words: Vec<String> = Vec::new();
    let mut is_inside = false;
    let mut was_lower = false;
    let mut was_apostrophe = false;
    for c in text.chars() {
        if matches!(c, '\'' | '’') {
            was_apostrophe = true;
            is_inside = false;
            continue;
        }
        if !c.is_alphabetic() {
            (is_inside, was_lower, was_apostrophe) = (false, false, false);
            continue;
        }
        let begins = !is_inside || was_lower && c.is_uppercase();
        match words.last_mut() {
            Some(word) if !begins => word.extend(c.to_lowercase()),
            _ if was_apostrophe && matches!(c, 's' | 'S') => (),
            _ => words.push(c.to_lowercase().collect()),
        }
        (is_inside, was_lower, was_apostrophe) = (true, c.is_lowercase(), false);
    }
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{is_apples, is_extension, names_apples, titles};

    #[test]
    fn what_is_called_in_apples_words() {
        for name in [
            " Created On",
            "imgName",
            "fileChecksum",
            "User’s Audio Quality",
            "Calendar Collection  Modified by User Timestamp",
            "Favorite Status - Track",
            "games_state",
            "Last End Reason Tyoe",
            "Shared?",
            "iCloud Photos Part 1 of 2 (1)",
            "iCloudUsageData Set12",
            "Data & Privacy Request History",
            "Drawing/Handwriting",
            "Wi-Fi",
            "Apple.com and Apple Store",
            "Retail Store Receipts",
            "Hide My Email Information",
            "Device Registration History Pre iOS8 and Yosemite",
            "Event Date (YYYY-MM-DD)",
            "Playback position (s)",
        ] {
            assert!(is_apples(name), "{name}");
        }
        for name in [
            "Garden plan",
            "Ann Berg",
            "",
            "1",
            "Date 2024",
            "https://apple.com",
            "Ann's iPhone",
            "s",
            "a@b",
            "Photo 20240303",
        ] {
            assert!(!is_apples(name), "{name}");
        }
        assert!(names_apples("Apple Music - Play History Daily Tracks.csv"));
        assert!(!names_apples("Play Activity.berg"));
        assert!(is_extension("PAGES") && !is_extension("berg"));
    }

    #[test]
    fn headers_and_rows() {
        let all = |names: &[&str]| titles(names).map(|titles| titles.iter().flatten().count());
        assert_eq!(all(&["Title", " Created On"]), Some(2));
        assert_eq!(all(&["Title", "URL", "modifiedOn", "favorite", "deleted"]), Some(5));
        // a title with one word that is not known, beside enough that are
        assert_eq!(
            all(&["Device Name", "Created On", "Last Used", "Credential ID", "Device Frobnicator"]),
            Some(5)
        );
        // a title of which nothing is known
        assert_eq!(all(&["Device Name", "Created On", "Last Used", "Credential ID", "Frobnicator"]), Some(4));
        for row in [
            &["Garden plan", "02-25-2023 08:01:02"][..],
            &["PLAY_END", "North Window", "Harbour Lights"],
            &["Ann Berg", "Oslo"],
            &["Title", ""],
            &[],
        ] {
            assert_eq!(titles(row), None, "{row:?}");
        }
    }
}
