//! A whole request: every category but photos, from the archives that the builder writes to what stands in the
//! library, what the command says of it, and what it says to programs. Values are those of the contract.

mod as_apple_writes;
