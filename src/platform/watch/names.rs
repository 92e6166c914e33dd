//! What the name of a file in a watched folder says of whether it is whole.

use std::ffi::OsStr;

/// What browsers and download programs hang on a name until the file is whole. Small letters.
const LOADING: [&str; 12] = [
    ".part",
    ".partial",
    ".filepart",
    ".crdownload",
    ".opdownload",
    ".download",
    ".!ut",
    ".!qb",
    ".ytdl",
    ".xltd",
    ".fdmdownload",
    ARIA2,
];

/// Stands beside the file itself, which has its full size from the start, and goes when that is whole.
const ARIA2: &str = ".aria2";

/// What programs hang on names of files that are for nobody else. Small letters.
const OTHERS: [&str; 2] = [".tmp", "~"];

/// Hidden, or named as what is not whole yet or is not the file.
pub(super) fn is_unfinished(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.starts_with(b".")
        || bytes.starts_with(b"~")
        || OTHERS.iter().any(|end| without(bytes, end).is_some())
        || loading(name).is_some()
}

/// What is being loaded under an unfinished name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loading<'a> {
    /// The name it will have; of Firefox's with a part more.
    pub whole: &'a [u8],
    /// Whatever stands under that name already is not whole.
    pub is_surely: bool,
}

pub(super) fn loading(name: &OsStr) -> Option<Loading<'_>> {
    let bytes = name.as_encoded_bytes();
    LOADING.iter().find_map(|end| {
        let whole = without(bytes, end).filter(|whole| !whole.is_empty())?;
        Some(Loading { whole, is_surely: *end == ARIA2 })
    })
}

fn without<'a>(name: &'a [u8], end: &str) -> Option<&'a [u8]> {
    let (start, tail) = name.split_at_checked(name.len().checked_sub(end.len())?)?;
    tail.eq_ignore_ascii_case(end.as_bytes()).then_some(start)
}

/// The names under which a browser may keep an empty place for it: its own, and for Firefox's `a.x7Kq.zip` also
/// `a.zip` (`browser_tempfilename.js` in Mozilla's tests: some of the name, something random, its extension).
pub(super) fn places(whole: &[u8]) -> Vec<Vec<u8>> {
    /// The random part and an extension as long as `.tar.gz`.
    const LAST: usize = 3;
    let parts: Vec<&[u8]> = whole.split(|byte| *byte == b'.').collect();
    let mut places = vec![whole.to_vec()];
    for random in parts.len().saturating_sub(LAST).max(1)..parts.len() {
        let rest: Vec<&[u8]> =
            parts.iter().enumerate().filter(|(index, _)| *index != random).map(|(_, part)| *part).collect();
        places.push(rest.join(&b'.'));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_name_is_known_in_any_letters() {
        for end in LOADING {
            for name in [format!("a.zip{end}"), format!("a.zip{}", end.to_uppercase())] {
                let loading = loading(OsStr::new(&name)).unwrap();
                assert_eq!(loading, Loading { whole: b"a.zip", is_surely: end == ".aria2" }, "{name}");
                assert!(is_unfinished(OsStr::new(&name)), "{name}");
            }
        }
        for name in ["a.tmp", "a.TMP", "a~", ".hidden", "~$report.docx", ".~lock.a.odt#", ".part"] {
            assert!(is_unfinished(OsStr::new(name)) && loading(OsStr::new(name)).is_none(), "{name}");
        }
        for name in ["part", "a.part.zip", "a.parts", "tmp", "a.!qb.txt", "a", "最终版.part1"] {
            assert!(!is_unfinished(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_place_has_the_name_with_or_without_one_part() {
        let of = |whole: &str| -> Vec<String> {
            places(whole.as_bytes()).into_iter().map(|place| String::from_utf8(place).unwrap()).collect()
        };
        assert_eq!(of("film"), ["film"]);
        assert_eq!(of("a.zip"), ["a.zip", "a"]);
        assert_eq!(of("a.x7Kq.zip"), ["a.x7Kq.zip", "a.zip", "a.x7Kq"]);
        assert!(of("v1.2.x7Kq.tar.gz").contains(&"v1.2.tar.gz".to_owned()));
        assert_eq!(of("a.b.c.d.e.f.g").len(), 4);
    }
}
