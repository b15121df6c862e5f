//! An owner's library: first its words, which are pure, then the folder itself and its catalog.

pub mod catalog;
pub mod choices;
pub mod drive;
pub mod files;
pub mod filter;
pub mod given;
pub mod layout;
pub mod lineage;
pub mod lock;
pub mod name;
pub mod numbers;
pub mod origins;
pub mod path;
pub mod posted;
pub mod record;
pub mod settings;
pub mod spelling;
pub mod staging;
pub mod template;
pub mod titles;
pub mod tree;
