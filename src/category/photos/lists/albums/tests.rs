use super::{
    AlbumInfo, MOST_NAMES, parse_album_info, parse_contributions, parse_names, parse_subscribed, title,
};
use crate::problem::Code;
use proptest::prelude::{any, prop, proptest};

#[test]
fn lists_of_names() {
    let table: &[(&[u8], &[&str])] = &[
        (b"", &[]),
        (b"Images", &[]),
        (b"Images\n", &[]),
        (b"Images\nIMG_1.JPG\nIMG_2.MOV", &["IMG_1.JPG", "IMG_2.MOV"]),
        (b"imgName\r\nIMG_1.JPG\r\n", &["IMG_1.JPG"]),
        (b"imageName\rIMG_1.JPG\r", &["IMG_1.JPG"]),
        (b" \"IMAGE NAME\" \nIMG_1.JPG\n", &["IMG_1.JPG"]),
        (b"IMG_1.JPG\nImages\n", &["IMG_1.JPG", "Images"]),
        (b"Images,favorite\nIMG_1.JPG,yes\n", &["IMG_1.JPG"]),
        (b"\nImages\n\n\"a, b.jpg\"\n\"say \"\"hi\"\".jpg\"\n", &["a, b.jpg", "say \"hi\".jpg"]),
        (b"Images\nb.jpg\na.jpg\nb.jpg\nB.jpg\n", &["b.jpg", "a.jpg", "B.jpg"]),
        (b"\"Images\na.jpg\nb.jpg\n\"c.jpg\"\n", &["a.jpg", "b.jpg", "c.jpg"]),
        (b"\xef\xbb\xbfImages\n\xc3\xa9.jpg\n", &["\u{e9}.jpg"]),
        (b"Images\n\xe9.jpg\n", &["\u{e9}.jpg"]),
        (b"\xff\xfeI\0m\0a\0g\0e\0s\0\n\0\xe9\0\n\0", &["\u{e9}"]),
        (b"I\0m\0a\0g\0e\0s\0\n\0a\0\n\0", &["a"]),
        (b",x\n \na.jpg,", &["a.jpg"]),
    ];
    for (bytes, names) in table {
        assert_eq!(parse_names(bytes, usize::MAX).expect("few"), *names, "{}", bytes.escape_ascii());
    }
}

#[test]
fn contributions() {
    for text in [
        "imgName,contributedByMe\na.jpg,yes\n\"b,c.jpg\",No\nd.jpg,\ne.jpg\n,yes\n",
        "ContributedByMe,x,IMGNAME\nyes,,a.jpg\nno,,\"b,c.jpg\"\n",
        "a.jpg,yes\r\n\"b,c.jpg\",no",
    ] {
        assert_eq!(
            parse_contributions(text.as_bytes(), usize::MAX),
            Ok(vec![("a.jpg".to_owned(), true), ("b,c.jpg".to_owned(), false)]),
            "{text}"
        );
    }
    assert_eq!(parse_contributions(b"", usize::MAX), Ok(Vec::new()));
}

#[test]
fn titles() {
    for (name, expected) in [
        ("Lake week.csv", "Lake week"),
        ("1. April 2025.CSV", "1. April 2025"),
        ("Spe\u{301}cial.csv", "Sp\u{e9}cial"),
        ("\u{1f3d4}.csv", "\u{1f3d4}"),
        ("Nov 4, 20201.csv", "Nov 4, 20201"),
        ("x", "x"),
        ("é", "é"),
        (".csv", ""),
    ] {
        assert_eq!(title(name), expected);
    }
}

const ALBUM: &str = r#"{ "albumName": "Lake week", "creationDate": "Monday July 4,2022 8:15 PM GMT",
        "allowContributions": true, "isPublic": false, "newField": {"a": [1]},
        "owner": {"fullName": "A. Person", "appleid": "a@example.com"},
        "photos": [ { "name": "IMG_1001.JPG", "dateCreated": "Monday July 4,2022 8:16 PM GMT",
            "contributor": {"fullName": "B. Person", "appleid": "b@example.com"},
            "comments": [ {"isLike": false, "comment": "nice", "timestamp": "Monday July 4,2022 9:00 PM GMT", "contributor": {}},
                          {"isLike": true, "comment": null, "timestamp": "soon", "contributor": null} ] } ],
        "participants": [ {"participant": {"fullName": "C"}, "sharingDate": "Monday July 4,2022 8:15 PM GMT", "sharingStatus": "accepted"} ] }"#;

#[test]
fn an_album_is_read_and_survives_being_written() {
    let album = parse_album_info(ALBUM.as_bytes(), usize::MAX).expect("an album");
    assert_eq!(album.album_name.as_deref(), Some("Lake week"));
    assert_eq!(album.created.map(|at| at.to_rfc3339()).as_deref(), Some("2022-07-04T20:15:00+00:00"));
    assert_eq!((album.allow_contributions, album.is_public), (Some(true), Some(false)));
    assert_eq!(album.owner.as_ref().and_then(|owner| owner.apple_id.as_deref()), Some("a@example.com"));
    let photo = &album.photos[0];
    assert_eq!(photo.name.as_deref(), Some("IMG_1001.JPG"));
    assert!(photo.posted.is_some() && photo.contributor.is_some());
    assert_eq!(
        (photo.comments[0].is_like, photo.comments[0].comment.as_deref()),
        (Some(false), Some("nice"))
    );
    assert_eq!((photo.comments[1].is_like, photo.comments[1].timestamp), (Some(true), None));
    assert_eq!(album.participants[0].status.as_deref(), Some("accepted"));
    let written = serde_json::to_vec(&album).expect("JSON");
    assert_eq!(parse_album_info(&written, usize::MAX), Ok(album));
}

#[test]
fn one_odd_field_costs_itself_only() {
    let odd = r#"{ "albumName": 7, "albumName": "A", "creationDate": 12, "allowContributions": "yes", "isPublic": [], "owner": "me",
            "photos": [null, 3, "x", {}, {"name": "a.jpg", "comments": {}, "contributor": 1}, {"name": null, "dateCreated": null}], "participants": null }"#;
    let album = parse_album_info(odd.as_bytes(), usize::MAX).expect("an album");
    assert_eq!((album.album_name.as_deref(), album.created, album.owner), (Some("A"), None, None));
    assert_eq!((album.allow_contributions, album.is_public), (Some(true), None));
    assert_eq!(album.photos.iter().filter_map(|photo| photo.name.as_deref()).collect::<Vec<_>>(), ["a.jpg"]);
    assert_eq!(parse_album_info(b"{}", usize::MAX), Ok(AlbumInfo::default()));
    assert_eq!(parse_album_info(b"\xef\xbb\xbf{}", usize::MAX), Ok(AlbumInfo::default()));
}

#[test]
fn what_is_no_album() {
    let bomb = "[".repeat(1_000_000);
    let nested = format!("{{\"owner\":{bomb}");
    for text in ["", "[]", "null", "{", "\"x\"", "albumName", &bomb, &nested] {
        let read = parse_album_info(text.as_bytes(), usize::MAX);
        assert_eq!(read.map_err(|(code, _)| code), Err(Code::BadRow), "{text:.20}");
    }
}

#[test]
fn what_is_far_larger_than_any_list() {
    let names: String = (0..=MOST_NAMES).map(|n| format!("{n}\n")).collect();
    let rows = "a,no\n".repeat(MOST_NAMES + 1);
    let photos = format!("{{\"photos\":[{}{{}}]}}", "{},".repeat(200_000));
    let odd = format!("[{{\"files\":[{}0]}}]", "{\"\":0},".repeat(200_000));
    for refused in [
        parse_names(names.as_bytes(), usize::MAX).err(),
        parse_contributions(rows.as_bytes(), usize::MAX).err(),
        parse_album_info(photos.as_bytes(), usize::MAX).err(),
        parse_subscribed(odd.as_bytes(), usize::MAX).err(),
    ] {
        assert_eq!(refused.map(|(code, _)| code), Some(Code::LimitExceeded));
    }
}

#[test]
fn the_largest_shared_album_is_read() {
    let comment =
        r#"{"isLike":false,"comment":"{[,:]}","timestamp":"","contributor":{"fullName":"","appleid":""}}"#;
    let photo = format!(
        r#"{{"name":"a\".JPG","dateCreated":"","contributor":{{}},"comments":[{}]}},"#,
        [comment; 5].join(",")
    );
    let text = format!(r#"{{"photos":[{}{{}}]}}"#, photo.repeat(5_000));
    assert_eq!(parse_album_info(text.as_bytes(), usize::MAX).map(|album| album.photos.len()), Ok(5_001));
}

#[test]
fn subscribed_albums() {
    let text = r#"[ {"albumName": "X", "files": ["a.jpg", 1, {"name": "b"}, null],
            "comments": [ {"fileName": "a.jpg", "comments": [ {"isLike": true, "contributor": {"fullName": "A"}} ]}, 5 ]},
            null, {"albumName": null, "files": null}, {"files": "c.jpg"} ]"#;
    let albums = parse_subscribed(text.as_bytes(), usize::MAX).expect("albums");
    assert_eq!(albums.iter().map(|album| album.files.len()).collect::<Vec<_>>(), [4, 0, 1]);
    assert_eq!(albums[0].comments.len(), 1);
    assert_eq!(albums[0].comments[0].comments[0].is_like, Some(true));
    let written = serde_json::to_vec(&albums).expect("JSON");
    assert_eq!(parse_subscribed(&written, usize::MAX), Ok(albums));
    assert_eq!(parse_subscribed(b"{\"albumName\": \"one\"}", usize::MAX).map(|albums| albums.len()), Ok(1));
    assert!(parse_subscribed(b"3", usize::MAX).is_err() && parse_subscribed(b"", usize::MAX).is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = (parse_names(&bytes, usize::MAX), parse_contributions(&bytes, usize::MAX), parse_album_info(&bytes, usize::MAX), parse_subscribed(&bytes, usize::MAX));
    }

    #[test]
    fn no_cut_json_panics(cut in 0..ALBUM.len(), filler in "[\\[\\]{}\",:0-9a-z]{0,20}") {
        let text = format!("{}{filler}", ALBUM.get(..cut).unwrap_or(""));
        let _ = (parse_album_info(text.as_bytes(), usize::MAX), parse_subscribed(text.as_bytes(), usize::MAX), title(&text));
    }

    #[test]
    fn a_list_survives_being_written(names in prop::collection::btree_set("[ ,\"a-zé照]{0,12}\\.jpg", 0..9)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for name in std::iter::once("Images").chain(names.iter().map(String::as_str)) {
            writer.write_record([name]).expect("into memory");
        }
        let bytes = writer.into_inner().expect("into memory");
        assert_eq!(parse_names(&bytes, usize::MAX), Ok(names.into_iter().collect::<Vec<_>>()));
    }
}
