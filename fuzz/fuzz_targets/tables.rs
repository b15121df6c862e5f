//! Any bytes as a file of tables: every line becomes one thing, and every row is of the table that goes on.
#![no_main]

use std::borrow::Cow;
use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use windfall::apple::table::stacked::{Piece, read};

fuzz_target!(|bytes: &[u8]| {
    let is_known = |cells: &[Cow<'_, str>]| cells.iter().any(|cell| cell == "Known");
    for separator in [',', '\t'] {
        let (mut rows, mut odd) = (0, 0);
        let mut columns_of = Vec::new();
        let counted = read(bytes, separator, &is_known, &mut |piece| {
            match piece {
                Piece::Header { table, columns, .. } => {
                    assert_eq!(table, columns_of.len());
                    assert!(columns.last().is_some_and(|title| !title.is_empty()));
                    columns_of.push(columns.len());
                }
                Piece::Row { table, cells, .. } => {
                    assert_eq!((table + 1, cells.len()), (columns_of.len(), columns_of[table]));
                    rows += 1;
                }
                Piece::Odd { .. } => odd += 1,
            }
            Ok::<_, Infallible>(())
        })
        .expect("bytes can be read");
        assert!(counted.lines.add_up(), "{:?}", counted.lines);
        assert_eq!((counted.lines.rows, counted.lines.bad), (rows, odd));
    }
});
