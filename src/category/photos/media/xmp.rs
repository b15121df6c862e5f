//! The capture date in an XMP packet.
//!
//! Only properties of the picture itself count, not the same words a level deeper, where a packet tells the
//! history of the file and what it was made from. Dates of editing are not read, no entity is followed, and
//! nothing fails.

use encoding_rs::Encoding;
use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::category::photos::media::LocalTime;
use crate::category::photos::time::stamp;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// How many bytes of a packet are read. The properties of the picture come first, long histories last.
const LONGEST: usize = 1 << 20;

/// How many namespaces a packet may declare; every name is looked up among all of them.
const MOST_NAMESPACES: usize = 512;

/// How many events of a packet are read, so that a thousand small pictures that each unpack to nothing but
/// elements cost no more than a thousand photos.
const MOST_EVENTS: u32 = 1 << 14;

/// The properties that state the capture date, the best first.
const PROPERTIES: [(&str, &str); 3] = [
    ("http://ns.adobe.com/exif/1.0/", "DateTimeOriginal"),
    ("http://ns.adobe.com/photoshop/1.0/", "DateCreated"),
    ("http://ns.adobe.com/xap/1.0/", "CreateDate"),
];

/// The best date that a packet states.
pub(super) fn time(packet: &[u8]) -> Option<LocalTime> {
    let packet = packet.get(..LONGEST).unwrap_or(packet);
    let encoding = match (Encoding::for_bom(packet), packet) {
        (Some((encoding, _)), _) => encoding,
        // a packet begins with `<`, which shows how wide its characters are
        (None, [0, b'<', ..]) => encoding_rs::UTF_16BE,
        (None, [b'<', 0, ..]) => encoding_rs::UTF_16LE,
        (None, _) => encoding_rs::UTF_8,
    };
    let (text, _) = encoding.decode_with_bom_removal(packet);
    let mut found = [None; PROPERTIES.len()];
    if !PROPERTIES.iter().any(|(_, name)| text.contains(name)) {
        return None;
    }
    // a packet may be cut short; what came before counts
    let _ = read(&text, &mut found);
    found.into_iter().flatten().next()
}

fn read(text: &str, found: &mut [Option<LocalTime>; PROPERTIES.len()]) -> Result<(), quick_xml::Error> {
    let mut reader = NsReader::from_str(text);
    // how many elements are open; how many were when the description of the picture began; which of its
    // properties is open, and what that says so far
    let (mut depth, mut inside, mut property) = (0usize, None, None);
    let mut said = String::new();
    let mut namespaces = 0;
    for _ in 0..MOST_EVENTS {
        let event = reader.read_event()?;
        match &event {
            Event::Start(element) | Event::Empty(element) => {
                let declares = |attribute: &Attribute<'_>| attribute.key.as_namespace_binding().is_some();
                if !element.attributes_raw().is_empty() {
                    namespaces += element.attributes().with_checks(false).flatten().filter(declares).count();
                }
                if namespaces > MOST_NAMESPACES {
                    return Ok(());
                }
                // most elements can be dismissed by their name alone
                let is_known = is_known(element.local_name().into_inner());
                let resolved = is_known.then(|| reader.resolver().resolve_element(element.name()));
                let named = resolved.and_then(named);
                let is_description = named == Some((RDF, "Description"));
                let is_rdf = named == Some((RDF, "RDF"));
                if is_rdf && inside.is_none() {
                    inside = Some(depth);
                } else if is_description && inside == depth.checked_sub(1) {
                    attributes(&reader, element, found);
                } else {
                    let is_own = inside.is_some() && inside == depth.checked_sub(2);
                    property = if is_own { named.and_then(which) } else { None };
                    said.clear();
                }
                depth += usize::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => {
                if let Some(slot) = property.take().and_then(|at: usize| found.get_mut(at)) {
                    *slot = slot.or_else(|| stamp::time_or_date(&said));
                }
                depth = depth.saturating_sub(1);
                if inside == Some(depth) {
                    inside = None;
                }
            }
            Event::Text(value) if property.is_some() => said.push_str(value),
            Event::GeneralRef(character) if property.is_some() => {
                said.extend(character.resolve_char_ref().ok().flatten());
            }
            Event::Eof => return Ok(()),
            _ => (),
        }
    }
    Ok(())
}

fn is_known(name: &str) -> bool {
    matches!(name, "RDF" | "Description") || PROPERTIES.iter().any(|(_, property)| *property == name)
}

/// Properties that are written as attributes of the description.
fn attributes(
    reader: &NsReader<&[u8]>,
    element: &BytesStart<'_>,
    found: &mut [Option<LocalTime>; PROPERTIES.len()],
) {
    // two attributes of the same name are no reason to lose a date, and checking for them is slow
    for attribute in element.attributes().with_checks(false).flatten() {
        let slot = named(reader.resolver().resolve_attribute(attribute.key)).and_then(which);
        if let Some(slot) = slot.and_then(|at| found.get_mut(at)) {
            let value = unescape(&attribute.value).unwrap_or_default();
            *slot = slot.or_else(|| stamp::time_or_date(&value));
        }
    }
}

fn named<'a>(
    (namespace, name): (ResolveResult<'a>, quick_xml::name::LocalName<'a>),
) -> Option<(&'a str, &'a str)> {
    match namespace {
        ResolveResult::Bound(namespace) => Some((namespace.into_inner(), name.into_inner())),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
    }
}

fn which(named: (&str, &str)) -> Option<usize> {
    PROPERTIES.iter().position(|property| *property == named)
}

#[cfg(test)]
mod tests {
    use super::time;

    fn packet(attributes: &str, elements: &str) -> String {
        format!(
            "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta xmlns:x='adobe:ns:meta/'>\
             <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
             <rdf:Description rdf:about='' xmlns:exif='http://ns.adobe.com/exif/1.0/' \
             xmlns:ps='http://ns.adobe.com/photoshop/1.0/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' \
             xmlns:mm='http://ns.adobe.com/xap/1.0/mm/' {attributes}>{elements}</rdf:Description>\
             </rdf:RDF></x:xmpmeta>"
        )
    }

    fn told(packet: &[u8]) -> Option<String> {
        time(packet).map(|found| match found.offset {
            Some(offset) => format!("{:?} {offset}", found.time),
            None => format!("{:?}", found.time),
        })
    }

    #[test]
    fn dates_in_all_their_forms() {
        let cases = [
            ("xmp:CreateDate='2012-09-10T20:52:00'", "", Some("2012-09-10T20:52:00")),
            (
                "",
                "<xmp:CreateDate>2012-09-10T20:52:00.25+02:00</xmp:CreateDate>",
                Some("2012-09-10T20:52:00.250 +02:00"),
            ),
            (
                "",
                "\n <ps:DateCreated>\n2012-09-10T20:52Z </ps:DateCreated>\n",
                Some("2012-09-10T20:52:00 +00:00"),
            ),
            ("exif:DateTimeOriginal='2012-09-10'", "", Some("2012-09-10T00:00:00")),
            ("xmp:CreateDate='2012-09-10T20&#58;52:00'", "", Some("2012-09-10T20:52:00")),
            ("", "<xmp:CreateDate>2012-09-10T20&#x3a;52:00</xmp:CreateDate>", Some("2012-09-10T20:52:00")),
            ("exif:DateTimeOriginal='2012:09:10 24:52:01'", "", Some("2012-09-10T00:52:01")),
            // the best property, whichever form it has and wherever it stands
            (
                "xmp:CreateDate='2001-01-01T01:00:00' ps:DateCreated='2002-01-01'",
                "<exif:DateTimeOriginal>2003-01-01</exif:DateTimeOriginal>",
                Some("2003-01-01T00:00:00"),
            ),
            (
                "xmp:CreateDate='2001-01-01T01:00:00' ps:DateCreated='2002-01-01T02:00:00'",
                "",
                Some("2002-01-01T02:00:00"),
            ),
            (
                "exif:DateTimeOriginal='0000-00-00T00:00:00' xmp:CreateDate='2001-01-01T01:00:00'",
                "",
                Some("2001-01-01T01:00:00"),
            ),
            ("xmp:ModifyDate='2012-09-10T20:52:00' xmp:MetadataDate='2012-09-10T20:52:00'", "", None),
            ("xmp:CreateDate='2012' ps:DateCreated='2012-09'", "", None),
            ("xmp:CreateDate='1970-01-01T00:00:00Z'", "", None),
            // the date belongs to what it was made from, not to the picture
            (
                "",
                "<mm:Pantry><rdf:Bag><rdf:li><rdf:Description xmp:CreateDate='2001-01-01T01:00:00'/></rdf:li></rdf:Bag></mm:Pantry>",
                None,
            ),
            (
                "",
                "<mm:DerivedFrom rdf:parseType='Resource'><xmp:CreateDate>2001-01-01T01:00:00</xmp:CreateDate></mm:DerivedFrom>",
                None,
            ),
            ("CreateDate='2012-09-10T20:52:00'", "<CreateDate>2012-09-10T20:52:00</CreateDate>", None),
        ];
        for (attributes, elements, expected) in cases {
            let packet = packet(attributes, elements);
            assert_eq!(told(packet.as_bytes()).as_deref(), expected, "{attributes} {elements}");
        }
    }

    #[test]
    fn the_namespace_counts_and_not_its_prefix() {
        let text = packet("xmp:CreateDate='2012-09-10T20:52:00'", "");
        let renamed = text.replace("xmp:CreateDate", "foo:CreateDate").replace("xmlns:xmp=", "xmlns:foo=");
        assert_eq!(told(renamed.as_bytes()).as_deref(), Some("2012-09-10T20:52:00"));
        let other = text.replace("http://ns.adobe.com/xap/1.0/'", "http://example.com/'");
        assert_eq!(told(other.as_bytes()), None);
    }

    #[test]
    fn packets_that_are_cut_or_in_utf_16() {
        let text = packet("xmp:CreateDate='2012-09-10T20:52:00'", "<xmp:Rating>3</xmp:Rating>");
        assert_eq!(told(&text.as_bytes()[..text.len() - 30]).as_deref(), Some("2012-09-10T20:52:00"));
        let wide: Vec<u8> =
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(told(&wide).as_deref(), Some("2012-09-10T20:52:00"));
        let unmarked: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(told(&unmarked).as_deref(), Some("2012-09-10T20:52:00"));
        for cut in 0..text.len() {
            told(&text.as_bytes()[..cut]);
        }
        assert_eq!(told(&[b'<'; 100_000]), None);
    }

    #[test]
    fn packets_that_declare_without_end_take_no_time() {
        let begun = std::time::Instant::now();
        let declared: String = (0..300_000).map(|n| format!("xmlns:n{n}='u{n}' ")).collect();
        let nested: String = (0..300_000).map(|n| format!("<n{n}:a xmlns:n{n}='u'>")).collect();
        let used: String = (0..300_000).map(|n| format!("<none{n}:a/>")).collect();
        for bomb in [packet(&declared, &used), packet("", &nested), packet("", &used)] {
            assert_eq!(told(bomb.as_bytes()), None);
        }
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }
}
