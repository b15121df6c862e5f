//! `forget`: what the owner decides about single files, remembered so that no import undoes it.

pub mod edited;
pub mod left_out;
