//! The windfall command.

fn main() {}
