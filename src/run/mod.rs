//! A file or folder for each verb; [`counts`] and [`moves`] are what several of them share. Each calls the stages in
//! order; no rule about photos, names or proof is in it.

pub mod albums;
pub mod arrange;
pub mod check;
pub mod copy;
pub mod counts;
pub mod forget;
pub mod import;
pub mod list;
pub mod mirror;
pub mod moves;
pub mod rebuild;
pub mod repair;
pub mod sidecars;
pub mod similar;
pub mod understood;
pub mod verify;
