//! Any bytes as a delivered file of each form: its rows are those that are counted, and each cell is of a column.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::tables::delivered::{Form, Says, Stopped, read};
use windfall::category::tables::kind::Known;
use windfall::category::tables::survey::Survey;

fuzz_target!(|bytes: &[u8]| {
    for name in ["Store Transaction History.csv", "Game Center Data.json", "KnownNetworks.xml"] {
        let form = Form::of(name).expect("it holds tables");
        let (mut rows, mut odd) = (0, 0);
        let done = read(form, &Known::by_name(name), bytes, &mut |parts, row| {
            let columns = parts[row.part].titles.len();
            match row.says {
                Says::Cells(cells) => {
                    assert!(cells.iter().all(|(at, cell)| *at < columns && !cell.is_empty()));
                    rows += 1;
                }
                Says::Odd(_) => odd += 1,
            }
            Ok(())
        });
        let survey = Survey::of(name, bytes);
        match done {
            Ok((parts, counted)) => {
                assert_eq!((counted.lines.rows, counted.lines.bad), (rows, odd));
                let survey = survey.expect("what is read once is read again").expect("it holds tables");
                assert_eq!((survey.parts.len(), survey.lines), (parts.len(), counted.lines));
                assert_eq!(survey.parts.iter().map(|part| part.rows).sum::<u64>(), rows);
                assert_eq!(survey.first_bad.is_some(), odd > 0);
            }
            Err(Stopped::Refused(_)) => assert!(survey.is_err()),
            Err(Stopped::Source(error) | Stopped::Asker(error)) => panic!("bytes can be read: {error}"),
        }
    }
});
