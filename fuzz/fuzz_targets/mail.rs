//! Any bytes as a message, as an `.emlx` and as an mbox: messages follow each other, and what is written is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::mail::Message;
use windfall::category::mail::form::{Form, emlx};
use windfall::category::mail::mbox::{Slices, Writer, unquoted};
use windfall::category::mail::place::stem;
use windfall::library::name::{is_portable, with_suffix};

fuzz_target!(|bytes: &[u8]| {
    let _ = (Form::of("INBOX/1.eml", bytes), Form::by_head(bytes));
    let said = Message::read(bytes);
    let stem = stem(said.sent.as_ref().map(|sent| sent.time), said.subject.as_deref());
    assert!(is_portable(&with_suffix(&stem, "eml", 1)), "{stem:?}");
    if let Some(inner) = emlx(bytes) {
        assert!(inner.message.len() <= bytes.len());
        let _ = Message::read(inner.message);
    }
    let mut slices = Slices::new(bytes, bytes.len());
    let mut end = slices.stray();
    while let Some(slice) = slices.next() {
        let slice = slice.expect("bytes can be read");
        assert!(end <= slice.range.start && slice.range.start <= slice.range.end);
        assert!(slice.range.end <= bytes.len() as u64);
        end = slice.range.end;
        let _ = Message::read(&unquoted(&slice.bytes, slices.quoting()));
    }
    let mut writer = Writer::new(Vec::new());
    let sent = said.sent.as_ref().map(|sent| sent.time.to_utc());
    writer.add(&mut &*bytes, said.sender.as_deref(), sent).expect("memory can be written");
    assert!(writer.into_inner().starts_with(b"From "));
});
