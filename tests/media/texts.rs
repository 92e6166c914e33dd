//! The first lines of texts.

use affix::domain::error::Kind;
use affix::media::{excerpt, preview};

use crate::looks::{brightness, on_white};
use crate::support::Folder;

#[test]
fn texts_are_read_in_the_encodings_that_people_have() {
    let folder = Folder::new();
    let poem = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n";
    let old = "床前明月光，疑是地上霜。\n舉頭望明月，低頭思故鄉。\n";
    let haiku = "古池や蛙飛びこむ水の音\nふるいけやかわずとびこむみずのおと\n";
    let latin = "Voilà l’été: où êtes-vous, garçon? Déjà à la plage, même sans café crème.\n";
    let russian = "Мороз и солнце; день чудесный! Ещё ты дремлешь, друг прелестный.\n";
    for (text, encoding, told) in [
        (poem, encoding_rs::UTF_8, "UTF-8"),
        (poem, encoding_rs::GBK, "GBK"),
        (poem, encoding_rs::GB18030, "GBK"),
        (old, encoding_rs::BIG5, "Big5"),
        (haiku, encoding_rs::SHIFT_JIS, "Shift_JIS"),
        (haiku, encoding_rs::EUC_JP, "EUC-JP"),
        (latin, encoding_rs::WINDOWS_1252, "windows-1252"),
        (russian, encoding_rs::WINDOWS_1251, "windows-1251"),
    ] {
        let bytes = encoding.encode(text).0.into_owned();
        let read = excerpt(&folder.file("poem.txt", &bytes)).unwrap();
        assert_eq!((read.text.as_str(), read.encoding.as_str()), (text, told));
        assert!(read.is_whole);
    }
}

#[test]
fn utf16_is_read_with_its_mark_and_without() {
    let folder = Folder::new();
    let text = "First line\nSecond – line\n";
    let marked = format!("\u{feff}{text}");
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    for (bytes, encoding) in [
        (little(&marked), "UTF-16LE"),
        (big(&marked), "UTF-16BE"),
        (little(text), "UTF-16LE"),
        (big(text), "UTF-16BE"),
    ] {
        let path = folder.file("notes.txt", &bytes);
        let read = excerpt(&path).unwrap();
        assert_eq!((read.text.as_str(), read.encoding.as_str()), (text, encoding));
        preview(&path, 100).unwrap();
    }
}

#[test]
fn an_excerpt_is_bounded_and_says_so() {
    let folder = Folder::new();
    let many = "a line\n".repeat(1000);
    let read = excerpt(&folder.file("many.txt", many.as_bytes())).unwrap();
    assert_eq!((read.text.lines().count(), read.is_whole), (400, false));
    // A hundred megabytes in one line, ending in a character that the limit cuts in two.
    let long = "aé".repeat(33 << 20);
    let read = excerpt(&folder.file("long.json", long.as_bytes())).unwrap();
    assert_eq!((read.text.chars().count(), read.is_whole), (2001, false));
    assert!(read.text.ends_with("é…") && read.encoding == "UTF-8", "{}", read.encoding);
    let exact = "x".repeat(2000);
    let read = excerpt(&folder.file("exact.txt", exact.as_bytes())).unwrap();
    assert_eq!((read.text.chars().count(), read.is_whole), (2000, true));
    let read = excerpt(&folder.file("empty.txt", b"")).unwrap();
    assert_eq!((read.text.as_str(), read.is_whole), ("", true));
}

#[test]
fn what_could_deceive_is_written_out() {
    let folder = Folder::new();
    let read =
        excerpt(&folder.file("x.txt", "a\u{202e}b\u{1b}[31m\tc\r\nd\re\u{2028}\u{7}".as_bytes())).unwrap();
    assert_eq!(read.text, "a\\u{202e}b\\u{1b}[31m\tc\nd\ne\\u{2028}\\u{7}");
}

#[test]
fn what_is_no_text_is_none() {
    let folder = Folder::new();
    let noise: Vec<u8> =
        (0..5000_u32).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
    for bytes in
        [b"\x7fELF\x02\x01\x01\0\0\0".as_slice(), b"PK\x03\x04\x14\0\0\0", &noise, b"text\0with zero"]
    {
        let path = folder.file("program.txt", bytes);
        let refused = excerpt(&path).unwrap_err();
        assert_eq!((refused.kind, refused.broke.as_str()), (Kind::WrongType, "“program.txt” is no text"));
        assert_eq!(preview(&path, 100).unwrap_err().kind, Kind::WrongType);
    }
}

#[test]
fn a_text_has_a_page_with_its_lines() {
    let folder = Folder::new();
    let code = "fn main() {\n    println!(\"<b>&amp;</b>\");\n}\n";
    let path = folder.file("main.rs", code.as_bytes());
    let page = preview(&path, 256).unwrap();
    assert_eq!((page.width, page.height), (192, 256));
    let page = on_white(&page);
    let (written, empty) = (brightness(&page, [6, 5, 40, 10]), brightness(&page, [6, 40, 88, 50]));
    assert!(written < 242 && empty > 248, "{written} where it is written, {empty} below");
    // Without a font of its own for them, Chinese signs come from the system's.
    let poem = "床前明月光，疑是地上霜。\n".repeat(8);
    let poem = on_white(&preview(&folder.file("poem.md", poem.as_bytes()), 256).unwrap());
    assert!(brightness(&poem, [7, 6, 80, 30]) < 225);
}
