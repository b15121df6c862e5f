//! A file or folder for each verb. Each calls the stages in order; no rule about photos, names or proof is in
//! it.

pub mod albums;
pub mod arrange;
pub mod check;
pub mod copy;
pub mod forget;
pub mod import;
pub mod list;
pub mod mirror;
pub mod moves;
pub mod rebuild;
pub mod repair;
pub mod sidecars;
pub mod similar;
pub mod verify;
