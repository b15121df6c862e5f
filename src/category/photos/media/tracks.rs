//! How long a movie is, and how large: the headers of the movie and of its tracks.
//!
//! Both the movie and a track may be turned, by a matrix. Tracks of sound, text and measurements have no size, or one
//! that nobody sees.

use crate::category::photos::media::Embedded;
use crate::category::photos::media::boxes::{Boxes, Fields, child};
use crate::category::photos::media::pixels::{Pixels, Turn, seconds};

/// Fills in size and duration by the children of `moov`.
pub(super) fn fill(embedded: &mut Embedded, moov: &[u8]) {
    let movie = child(moov, b"mvhd").and_then(movie);
    let turn = movie.as_ref().map_or(Turn::None, |movie| movie.turn);
    // a recording in fragments says at its end how long it has become
    let whole = || child(child(moov, b"mvex")?, b"mehd").and_then(fragments);
    embedded.duration = movie.and_then(|movie| {
        let of = |units: u64| seconds(units, movie.scale);
        movie.units.and_then(of).or_else(|| of(whole()?))
    });
    let tracks = Boxes(moov).filter(|(kind, _)| kind == b"trak");
    embedded.pixels = tracks.filter_map(|(_, track)| picture(track)).next().map(|pixels| turn.apply(pixels));
}

struct Movie {
    /// Units of time in a second.
    scale: u64,
    /// How many it lasts, if that is known.
    units: Option<u64>,
    turn: Turn,
}

fn movie(mvhd: &[u8]) -> Option<Movie> {
    let (mut fields, width) = versioned(mvhd)?;
    fields.skip(2 * width)?;
    let scale = fields.number(4)?;
    let units = known(fields.number(width)?, width);
    // rate, volume and what is reserved
    let turn = fields.skip(16).and_then(|()| matrix(&mut fields)).unwrap_or(Turn::None);
    Some(Movie { scale, units, turn })
}

fn fragments(mehd: &[u8]) -> Option<u64> {
    let (mut fields, width) = versioned(mehd)?;
    known(fields.number(width)?, width)
}

/// All ones stand for what nobody knows.
fn known(units: u64, width: u64) -> Option<u64> {
    let unknown = if width == 8 { u64::MAX } else { u64::from(u32::MAX) };
    Some(units).filter(|units| *units != unknown)
}

/// The size of a track of pictures, as it is shown.
fn picture(track: &[u8]) -> Option<Pixels> {
    let media = child(track, b"mdia")?;
    let handler = child(media, b"hdlr")?;
    if handler.get(8..12)? != b"vide" {
        return None;
    }
    let (mut fields, width) = versioned(child(track, b"tkhd")?)?;
    // times, number, length, layer, group and volume, and what is reserved among them
    fields.skip(3 * width + 24)?;
    let turn = matrix(&mut fields)?;
    let shown = Pixels::new(rounded(fields.number(4)?), rounded(fields.number(4)?));
    Some(turn.apply(shown.or_else(|| coded(media))?))
}

/// A number of 16 bits before the point and 16 behind it.
fn rounded(fixed: u64) -> u64 {
    (fixed + 0x8000) >> 16
}

/// The size of the pictures themselves.
fn coded(media: &[u8]) -> Option<Pixels> {
    let samples = child(child(child(media, b"minf")?, b"stbl")?, b"stsd")?;
    let (_, sample) = Boxes(samples.get(8..)?).next()?;
    let mut fields = Fields(sample.get(24..)?);
    Pixels::new(fields.number(2)?, fields.number(2)?)
}

/// What follows version and flags, and how many bytes a time has.
fn versioned(body: &[u8]) -> Option<(Fields<'_>, u64)> {
    let width = if *body.first()? == 1 { 8 } else { 4 };
    Some((Fields(body.get(4..)?), width))
}

/// The turn that a matrix makes.
fn matrix(fields: &mut Fields<'_>) -> Option<Turn> {
    let [a, b, _, c, d] = std::array::from_fn(|_| fields.number(4).unwrap_or_default());
    fields.skip(16)?;
    Some(if a == 0 && d == 0 && b != 0 && c != 0 { Turn::Quarter } else { Turn::None })
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::category::photos::media::{Embedded, Pixels};

    const ONE: u32 = 0x1_0000;
    const MINUS: u32 = 0xffff_0000;
    /// 0, 90, 180 and 270 degrees.
    const TURNS: [[u32; 4]; 4] =
        [[ONE, 0, 0, ONE], [0, ONE, MINUS, 0], [MINUS, 0, 0, MINUS], [0, MINUS, ONE, 0]];

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
    }

    fn time(version: u8, value: u64) -> Vec<u8> {
        if version == 1 { value.to_be_bytes().to_vec() } else { (value as u32).to_be_bytes().to_vec() }
    }

    fn matrix([a, b, c, d]: [u32; 4]) -> Vec<u8> {
        [a, b, 0, c, d, 0, 0, 0, 0x4000_0000].iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    fn mvhd(version: u8, scale: u32, units: u64, turn: [u32; 4]) -> Vec<u8> {
        let times = [time(version, 7), time(version, 7), scale.to_be_bytes().to_vec(), time(version, units)];
        boxed(
            b"mvhd",
            &[&[version, 0, 0, 0], &times.concat()[..], &[0; 16], &matrix(turn), &[0; 28]].concat(),
        )
    }

    fn trak(version: u8, handler: &[u8; 4], turn: [u32; 4], width: u32, height: u32) -> Vec<u8> {
        let times = [time(version, 7), time(version, 7), vec![0; 8], time(version, 7)].concat();
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let tkhd = [&[version, 0, 0, 1], &times[..], &[0; 16], &matrix(turn), &size].concat();
        // 720 by 576 in the pictures themselves
        let sample = boxed(b"avc1", &[&[0; 24][..], &[2, 0xd0, 2, 0x40], &[0; 50]].concat());
        let stsd = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &sample].concat());
        let hdlr = boxed(b"hdlr", &[&[0; 8], &handler[..], &[0; 12]].concat());
        let mdia = boxed(b"mdia", &[hdlr, boxed(b"minf", &boxed(b"stbl", &stsd))].concat());
        boxed(b"trak", &[boxed(b"tkhd", &tkhd), mdia].concat())
    }

    fn read(moov: &[Vec<u8>]) -> (Option<(u32, u32)>, Option<f64>) {
        let mut embedded = Embedded::default();
        fill(&mut embedded, &moov.concat());
        (embedded.pixels.map(|Pixels { width, height }| (width, height)), embedded.duration)
    }

    #[test]
    fn turns_of_movie_and_track() {
        let sound = || trak(0, b"soun", TURNS[0], 0, 0);
        let data = || trak(0, b"meta", TURNS[0], 320 << 16, 90 << 16);
        for version in [0, 1] {
            for (turn, matrix) in TURNS.into_iter().enumerate() {
                let picture = trak(version, b"vide", matrix, 1920 << 16, 1440 << 16);
                let seen = if turn % 2 == 0 { (1920, 1440) } else { (1440, 1920) };
                let moov = [mvhd(version, 600, 1146, TURNS[0]), sound(), data(), picture.clone()];
                assert_eq!(read(&moov), (Some(seen), Some(1.91)), "{turn}");
                let turned = [picture, mvhd(version, 600, 1146, TURNS[1])];
                assert_eq!(read(&turned), (Some((seen.1, seen.0)), Some(1.91)), "{turn}, turned once more");
            }
        }
        // a matrix of nothing, as some write it, turns nothing
        let picture = trak(0, b"vide", [0; 4], 1920 << 16, 1440 << 16);
        assert_eq!(read(&[picture]), (Some((1920, 1440)), None));
    }

    #[test]
    fn what_is_shown_and_else_what_is_stored() {
        // DV, whose pixels are no squares
        assert_eq!(read(&[trak(0, b"vide", TURNS[0], (1024 << 16) - 1, 576 << 16)]).0, Some((1024, 576)));
        assert_eq!(read(&[trak(0, b"vide", TURNS[1], 0, 0)]).0, Some((576, 720)));
        let two =
            [trak(0, b"vide", TURNS[0], 640 << 16, 480 << 16), trak(0, b"vide", TURNS[0], 9 << 16, 9 << 16)];
        assert_eq!(read(&two).0, Some((640, 480)));
        assert_eq!(read(&[trak(0, b"soun", TURNS[0], 640 << 16, 480 << 16)]).0, None);
    }

    #[test]
    fn durations_that_lie_or_are_not_known() {
        let unknown = u64::from(u32::MAX);
        for (version, scale, units) in [
            (0, 600, 0),
            (0, 0, 600),
            (0, 600, unknown),
            (1, 600, u64::MAX),
            (1, 1, u64::MAX - 1),
            (0, u32::MAX, 1),
        ] {
            assert_eq!(read(&[mvhd(version, scale, units, TURNS[0])]).1, None, "{units} of {scale}");
        }
        let fragments = |units: u32| boxed(b"mvex", &boxed(b"mehd", &[[0; 4], units.to_be_bytes()].concat()));
        assert_eq!(read(&[mvhd(0, 600, 0, TURNS[0]), fragments(1500)]).1, Some(2.5));
        assert_eq!(read(&[mvhd(0, 600, 600, TURNS[0]), fragments(1500)]).1, Some(1.0));
        assert_eq!(read(&[mvhd(0, 600, 0, TURNS[0]), fragments(u32::MAX)]).1, None);
        let whole = [mvhd(1, 600, 600, TURNS[0]), trak(1, b"vide", TURNS[0], 9 << 16, 9 << 16)].concat();
        for cut in 0..whole.len() {
            let _ = read(&[whole[..cut].to_vec()]);
        }
    }
}
