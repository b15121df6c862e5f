//! iCloud Mail: messages in whatever form they come, what a list and a search need of each, and where it belongs.
//!
//! Nothing public describes the inside of this delivery, so nothing here depends on its layout: any file that is a
//! message counts ([`form`]), its folder is its path ([`place`]), and what it says comes from its own bytes
//! ([`Message::read`]). Originals are never changed, since any change breaks signatures; an mbox is made beside them
//! ([`mbox`]).
//!
//! Everything is written by hand over `encoding_rs` instead of with the crate `mailparse`: that one refuses a whole
//! message for one odd header line or one odd character of base64, takes quadratic time for a long line of encoded
//! words, and spoils characters that are split over two of them, which is what every phone writes in Japanese.

// bytes from strangers are never indexed into
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod address;
mod body;
mod charset;
mod date;
// an id is of the contents that it came from
#[allow(clippy::indexing_slicing)]
pub mod decide;
pub mod form;
pub mod head;
mod hypertext;
pub mod mbox;
mod parameters;
pub mod place;
mod transfer;
mod words;

use chrono::{DateTime, FixedOffset};

use crate::category::mail::head::Head;

/// Bytes of a message that are read; what stands behind them is only counted in its size. A provider that takes larger
/// messages is not known, and attachments come last.
pub const LARGEST_READ: usize = 64 << 20;

/// What a message says of itself. A page may show all but the [`text`](Self::text), which is for the search; nothing
/// of it is for output.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// As it is written, with its angle brackets.
    pub message_id: Option<String>,
    /// When it was sent, or failing that received.
    pub sent: Option<Sent>,
    /// `Ann Berg <ann@example.org>`
    pub sender: Option<String>,
    /// To, Cc and Bcc, in that order, separated by commas.
    pub recipients: Option<String>,
    /// Decoded and unfolded.
    pub subject: Option<String>,
    /// The names of its attachments, `""` for one without a name.
    pub attachments: Vec<String>,
    /// The body as text, for search: what is plain, else what its HTML says. Cut where it is very long.
    pub text: String,
    /// It has a header of mail. Without one the file is kept, and its owner is told.
    pub has_header: bool,
}

/// The time of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// In the zone of its sender, or for [`Basis::Received`] of the server.
    pub time: DateTime<FixedOffset>,
    /// As it is written.
    pub raw: String,
    /// Which header says so.
    pub basis: Basis,
}

/// Which header a time is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// `Date`.
    Date,
    /// The newest `Received`, where there is no `Date`, or one that cannot be.
    Received,
}

impl Message {
    /// Reads a message in the form of RFC 5322: an `.eml`, the inner bytes of an `.emlx`
    /// ([`form::emlx`]) or a message of an mbox ([`mbox::unquoted`]). Never fails: what is missing is `None`.
    pub fn read(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..LARGEST_READ).unwrap_or(bytes);
        let (head, body) = Head::read(bytes);
        let content = body::read(&head, body);
        // undeclared bytes in headers are mostly in the charset of the body
        let hint = content.charset.as_deref();
        let text = |name| head.first(name).map(|raw| words::decoded(raw, hint).trim().to_owned());
        let addresses = |names: &[&str]| {
            let lists: Vec<String> = names
                .iter()
                .flat_map(|name| head.all(name))
                .map(|raw| address::list(raw, hint))
                .filter(|list| !list.is_empty())
                .collect();
            (!lists.is_empty()).then(|| lists.join(", "))
        };
        Message {
            message_id: text("message-id").filter(|id| !id.is_empty()),
            sent: date::sent(&head),
            sender: head
                .first("from")
                .map(|raw| address::list(raw, hint))
                .filter(|list| !list.is_empty())
                .or_else(|| addresses(&["sender"])),
            recipients: addresses(&["to", "cc", "bcc"]),
            subject: text("subject"),
            attachments: content.attachments,
            text: content.text,
            has_header: !head.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests;
