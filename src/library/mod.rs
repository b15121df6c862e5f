//! An owner's library: first its words, which are pure, then the folder itself and its catalog.

pub mod catalog;
pub mod drive;
pub mod files;
pub mod filter;
pub mod kept_settings;
pub mod layout;
pub mod lock;
pub mod name;
pub mod numbers;
pub mod origins;
pub mod path;
pub mod record;
pub mod settings;
pub mod staging;
pub mod template;
pub mod titles;
pub mod tree;
