//! Link mode: a small file that holds one address, which is registered instead of the file's bytes.

use url::Url;

use crate::domain::attachment::FileFacts;
use crate::domain::error::{Failure, Kind};
use crate::domain::preflight::Finding;
use crate::services::body::{Body, FileSource};
use crate::services::reading;

/// The largest file that is read for its address, in bytes.
const LIMIT: u64 = 8 * 1024;

/// Extensions of files that hold an address, with what writes them.
const EXTENSIONS: [&str; 4] = [
    "desktop", // Linux desktops
    "txt",     // the address alone
    "url",     // Windows
    "webloc",  // macOS, in its XML form
];

/// What to do about a file that holds no address.
const ADVICE: &str = "In link mode hand over a .url, .webloc, .desktop or .txt file that holds one web address, \
                      or set mode to raw to upload files themselves.";

/// Checks without reading the content.
pub(super) fn preflight(file: &FileFacts) -> Vec<Finding> {
    if !EXTENSIONS.contains(&file.extension().as_str()) {
        return vec![Finding::error(
            Kind::WrongType,
            format!(
                "This target registers web addresses, and {} is no file with an address. {ADVICE}",
                file.name
            ),
        )];
    }
    if file.size == 0 {
        return vec![Finding::error(Kind::Empty, format!("{} holds no address: it is empty.", file.name))];
    }
    if file.size > LIMIT {
        return vec![Finding::error(
            Kind::TooLarge,
            format!("{} is larger than 8 KiB: it cannot be a file with one address.", file.name),
        )];
    }
    Vec::new()
}

/// The name to register: the file's own without the extension, which tells about the pointer and not about its aim.
pub(super) fn id(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _extension)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// The media type of what the address names, from its path.
pub(super) fn content_type(address: &str) -> String {
    let path = Url::parse(address).map(|url| url.path().to_owned()).unwrap_or_default();
    mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned()
}

/// Reads the address out of a file.
pub(super) async fn read(source: FileSource) -> Result<String, Failure> {
    if source.size > LIMIT {
        return Err(no_address("The file is larger than 8 KiB"));
    }
    let body = Body::file(source);
    let content = reading::fold(&body, Vec::new(), Vec::extend_from_slice);
    parse(&content.await?)
}

fn no_address(why: &str) -> Failure {
    Failure::new(Kind::WrongType, "The file holds no web address to register").cause(why).advice(ADVICE)
}

/// The one address in the content of a shortcut file or of a plain text.
fn parse(content: &[u8]) -> Result<String, Failure> {
    if content.starts_with(b"bplist") {
        return Err(no_address("It is a binary property list, which is not read; save it as XML"));
    }
    let text = std::str::from_utf8(content).map_err(|error| no_address("It is no text").cause(error))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let address = if text.starts_with('[') {
        text.lines().find_map(|line| line.trim().strip_prefix("URL=")).map(str::to_owned)
    } else if text.starts_with('<') {
        property(text)
    } else {
        Some(text.to_owned())
    };
    let address = address.ok_or_else(|| no_address("It has no entry “URL”"))?;
    let address = address.trim();
    if address.contains(char::is_whitespace) {
        return Err(no_address("It holds more than one address"));
    }
    // Registered as it stands, so it has to be one as it stands: `Url` mends `https:/e.org`.
    let begins =
        |with: &&str| address.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    match Url::parse(address) {
        Ok(url) if ["http://", "https://"].iter().any(begins) && url.has_host() => Ok(address.to_owned()),
        _ => Err(no_address("What it holds begins with neither http:// nor https://")),
    }
}

/// The string under the key `URL` of an XML property list.
fn property(xml: &str) -> Option<String> {
    let (_, after) = xml.split_once("<key>URL</key>")?;
    let (_, after) = after.split_once("<string>")?;
    let (value, _) = after.split_once("</string>")?;
    Some(value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;
    use super::*;

    #[test]
    fn addresses_are_read_from_every_kind_of_shortcut() {
        let webloc = "<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict>\n<key>URL</key>\n\
                      <string>https://e.org/a?b=1&amp;c=2</string></dict></plist>";
        for (content, address) in [
            ("https://e.org/a.png\n", "https://e.org/a.png"),
            ("\u{feff}  http://e.org ", "http://e.org"),
            ("HTTPS://e.org/a", "HTTPS://e.org/a"),
            ("[InternetShortcut]\r\nURL=https://e.org/Ä\r\nIconIndex=0\r\n", "https://e.org/Ä"),
            ("[Desktop Entry]\nType=Link\nURL=https://e.org/x\n", "https://e.org/x"),
            (webloc, "https://e.org/a?b=1&c=2"),
        ] {
            assert_eq!(parse(content.as_bytes()).unwrap(), address);
        }
    }

    #[test]
    fn everything_else_is_refused_in_words() {
        for content in [
            "",
            "hello",
            "https://a.org https://b.org",
            "https://a.org\nhttps://b.org",
            "ftp://e.org/a",
            "https:/e.org/a",
            "https:e.org",
            "file:///etc/passwd",
            "[InternetShortcut]\nIconIndex=0",
            "<plist></plist>",
            "bplist00\u{1}",
        ] {
            let failure = parse(content.as_bytes()).unwrap_err();
            assert_eq!(failure.kind, Kind::WrongType, "{content:?}");
            assert!(failure.advice.unwrap().contains("link mode"), "{content:?}");
        }
        assert_eq!(parse(&[0xff, 0xfe]).unwrap_err().kind, Kind::WrongType);
    }

    #[test]
    fn the_files_outside_is_checked_before() {
        assert_eq!(preflight(&facts("a.url", 100)), []);
        assert_eq!(preflight(&facts("a.png", 100))[0].kind, Kind::WrongType);
        assert_eq!(preflight(&facts("a.TXT", 0))[0].kind, Kind::Empty);
        assert_eq!(preflight(&facts("a.webloc", 8193))[0].kind, Kind::TooLarge);
    }

    #[test]
    fn the_name_and_the_type_are_those_of_the_aim() {
        assert_eq!(id("photo.jpg.url"), "photo.jpg");
        assert_eq!(id("photo"), "photo");
        assert_eq!(content_type("https://e.org/a/photo.jpg?size=2"), "image/jpeg");
        assert_eq!(content_type("https://e.org/"), "application/octet-stream");
    }
}
