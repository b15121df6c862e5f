//! Where what stands in a library: the names of its folders and of the files that Windfall adds.

/// The folder of the library that belongs to Windfall itself.
pub const INTERNAL: &str = ".windfall";
