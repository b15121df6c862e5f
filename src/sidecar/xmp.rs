//! XMP, as Adobe's specification has it and as its readers want it.
//!
//! What is not known is not stated: there are no empty properties, and nothing that changes from run to run,
//! such as a time of writing or a version.
//!
//! `photoprism` is a dialect. PhotoPrism reads `dc:subject` only as a sequence, the favourite only as an
//! attribute, and only the first description; the others want a bag.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::library::settings::{SidecarForm, Word};
use crate::sidecar::Statement;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const NAMESPACES: [(&str, &str); 7] = [
    ("xmlns:Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:digiKam", "http://www.digikam.org/ns/1.0/"),
    ("xmlns:exif", "http://ns.adobe.com/exif/1.0/"),
    ("xmlns:lr", "http://ns.adobe.com/lightroom/1.0/"),
    ("xmlns:photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("xmlns:xmp", "http://ns.adobe.com/xap/1.0/"),
];
const PHOTOPRISM_NAMESPACES: [(&str, &str); 3] = [
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:fstop", "http://www.fstopapp.com/xmp/"),
    ("xmlns:photoshop", "http://ns.adobe.com/photoshop/1.0/"),
];

type Xml = Writer<Vec<u8>>;

/// What the document says of the program that wrote it; it tells our sidecars apart.
pub fn toolkit(form: SidecarForm) -> String {
    format!("Windfall ({})", form.as_str())
}

pub fn text(form: SidecarForm, statement: &Statement) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let toolkit = toolkit(form);
    let meta = [("xmlns:x", "adobe:ns:meta/"), ("x:xmptk", toolkit.as_str())];
    xml.create_element("x:xmpmeta").with_attributes(meta).write_inner_content(|xml| {
        xml.create_element("rdf:RDF").with_attribute(("xmlns:rdf", RDF)).write_inner_content(
            |xml| match form {
                SidecarForm::PhotoPrism => photoprism(xml, statement),
                SidecarForm::Xmp | SidecarForm::ImmichGo => everybody_else(xml, statement),
            },
        )?;
        Ok(())
    })?;
    let mut text = String::from_utf8(xml.into_inner()).map_err(io::Error::other)?;
    text.push('\n');
    Ok(text)
}

fn everybody_else(xml: &mut Xml, statement: &Statement) -> io::Result<()> {
    let description = xml.create_element("rdf:Description").with_attribute(("rdf:about", ""));
    description.with_attributes(NAMESPACES).write_inner_content(|xml| {
        if let Some(time) = &statement.captured {
            property(xml, "xmp:CreateDate", time)?;
            property(xml, "photoshop:DateCreated", time)?;
            property(xml, "exif:DateTimeOriginal", time)?;
        }
        if statement.favorite {
            property(xml, "xmp:Rating", "5")?;
        }
        if let Some(place) = &statement.place {
            // what digiKam, darktable and Lightroom show as the location
            for (name, word) in [("photoshop:City", &place.city), ("photoshop:State", &place.region)] {
                word.iter().try_for_each(|word| property(xml, name, word))?;
            }
            property(xml, "photoshop:Country", &place.country)?;
            property(xml, "Iptc4xmpCore:CountryCode", &place.country_code)?;
        }
        if let Some(names) = &statement.posted_by {
            // IPTC's "Source": through whom a picture came, which digiKam and Lightroom show under that name
            property(xml, "photoshop:Source", names)?;
        }
        array(xml, "dc:subject", "rdf:Bag", &statement.titles())?;
        // digiKam's separator, and Lightroom's; Immich reads either (immich #17388, #18706)
        let tags = |separator: &str| -> Vec<String> {
            statement.tags.iter().map(|tag| tag.path(separator)).collect()
        };
        array(xml, "digiKam:TagsList", "rdf:Seq", &tags("/"))?;
        array(xml, "lr:hierarchicalSubject", "rdf:Bag", &tags("|"))
    })?;
    Ok(())
}

fn photoprism(xml: &mut Xml, statement: &Statement) -> io::Result<()> {
    let mut description = xml.create_element("rdf:Description").with_attribute(("rdf:about", ""));
    description = description.with_attributes(PHOTOPRISM_NAMESPACES);
    if statement.favorite {
        description = description.with_attribute(("fstop:favorite", "1"));
    }
    description.write_inner_content(|xml| {
        if let Some(time) = &statement.captured {
            property(xml, "photoshop:DateCreated", time)?;
        }
        array(xml, "dc:subject", "rdf:Seq", &statement.titles())
    })?;
    Ok(())
}

fn property(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(value)).map(|_| ())
}

fn array(xml: &mut Xml, name: &str, kind: &str, items: &[impl AsRef<str>]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    xml.create_element(name).write_inner_content(|xml| {
        xml.create_element(kind).write_inner_content(|xml| {
            items.iter().try_for_each(|item| property(xml, "rdf:li", item.as_ref()))
        })?;
        Ok(())
    })?;
    Ok(())
}
