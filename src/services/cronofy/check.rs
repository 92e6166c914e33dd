//! Checks of a file against Cronofy's rules, with the repairs that would mend it.

use super::types;
use crate::domain::attachment::FileFacts;
use crate::domain::changes::PictureType;
use crate::domain::error::Kind;
use crate::domain::file_name;
use crate::domain::preflight::{Finding, Repair};

/// The largest file, in bytes after decoding ("up to 2 MB to comply with calendar server limits").
pub(super) const MAX_BYTES: u64 = 2_000_000;

/// Above this the base64 form is larger than 2 MB, and the document does not say which of the two counts.
const SURE_BYTES: u64 = 1_500_000;

/// The longest name, in characters. Not documented: nobody could check it against the service.
const NAME_LIMIT: usize = 100;

fn name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ' ' | '-')
}

pub(super) fn preflight(file: &FileFacts) -> Vec<Finding> {
    [check_type(file), check_name(file), check_size(file)].into_iter().flatten().collect()
}

/// A name that passes both the table and the rule for names.
fn good_name(file: &FileFacts) -> String {
    let name =
        match (types::content_type_for(&file.extension(), &file.mime), types::extension_for(&file.mime)) {
            (None, Some(extension)) => format!("{}.{extension}", file.name.trim_end_matches(['.', ' '])),
            _ => file.name.clone(),
        };
    file_name::repair(&name, name_char, NAME_LIMIT)
}

fn check_type(file: &FileFacts) -> Option<Finding> {
    let extension = file.extension();
    let Some(declared) = types::content_type_for(&extension, &file.mime) else {
        let what = if extension.is_empty() {
            "no file without an extension".to_owned()
        } else {
            format!("no .{extension} files")
        };
        let finding = Finding::error(
            Kind::WrongType,
            format!("Cronofy takes {what}. These extensions are taken: {}.", types::extensions()),
        );
        return Some(match types::extension_for(&file.mime) {
            Some(_known) => finding.repair(Repair::Rename { name: good_name(file) }),
            None if PictureType::can_be_made_of(&file.mime) => {
                finding.repair(Repair::ConvertImage { to: PictureType::Jpeg })
            }
            None => finding,
        });
    };
    let is_image = |mime: &str| mime.starts_with("image/");
    if declared == file.mime || !(is_image(declared) && is_image(&file.mime)) {
        return None;
    }
    Some(Finding::warning(
        Kind::WrongType,
        format!(
            "The name says {declared} and the content is {}. Cronofy goes by the name, calendars may not show it.",
            file.mime
        ),
    ))
}

fn check_name(file: &FileFacts) -> Option<Finding> {
    let wrong = if !file.name.chars().all(name_char) {
        "takes only letters A–Z, digits, dot, dash, underscore and space in a name"
    } else if file.name.trim_matches(' ') != file.name {
        "takes no space at the end of a name"
    } else if file.name.chars().count() > NAME_LIMIT {
        "takes names of at most 100 characters"
    } else {
        return None;
    };
    let finding = Finding::error(Kind::BadName, format!("Cronofy {wrong}."));
    Some(finding.repair(Repair::Rename { name: good_name(file) }))
}

fn check_size(file: &FileFacts) -> Option<Finding> {
    if file.size <= SURE_BYTES {
        return None;
    }
    let finding = if file.size > MAX_BYTES {
        Finding::error(Kind::TooLarge, "Cronofy takes files of at most 2 MB.")
    } else {
        Finding::warning(
            Kind::TooLarge,
            "Cronofy takes 2 MB and does not say whether that counts before or after encoding. \
             Encoded, this file is larger, so it may be refused.",
        )
    };
    if PictureType::can_be_made_of(&file.mime) {
        return Some(finding.repair(Repair::ShrinkImage { max_bytes: SURE_BYTES }));
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;
    use super::*;

    fn renamed(finding: &Finding) -> &str {
        match &finding.repair {
            Some(Repair::Rename { name }) => name,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn good_files_pass_in_silence() {
        for (name, mime) in [
            ("Job description-2.pdf", "application/pdf"),
            ("drawing.AI", "application/postscript"),
            ("a.docx", "application/zip"),
            ("a.doc", "text/plain"),
            ("a.c", "text/x-c"),
        ] {
            assert_eq!(preflight(&facts(name, mime, 1_500_000)), [], "{name}");
        }
    }

    #[test]
    fn types_outside_the_table_are_refused() {
        let findings = preflight(&facts("a.exe", "application/x-msdownload", 1));
        assert!(findings[0].is_error() && findings[0].message.contains(".exe"), "{findings:?}");
        assert_eq!((findings.len(), &findings[0].repair), (1, &None));
        for (name, mime, good) in [
            ("photo.jfif", "image/jpeg", "photo.jfif.jpg"),
            ("scan", "application/pdf", "scan.pdf"),
            ("read me.md", "text/markdown", "read me.md.txt"),
        ] {
            let findings = preflight(&facts(name, mime, 1));
            assert_eq!((findings.len(), findings[0].kind, renamed(&findings[0])), (1, Kind::WrongType, good));
            assert_eq!(preflight(&facts(good, mime, 1)), [], "the repair itself is fine");
        }
    }

    #[test]
    fn pictures_of_other_types_can_be_converted() {
        for (name, mime) in [("a.webp", "image/webp"), ("scan.tiff", "image/tiff"), ("a.qoi", "image/qoi")] {
            let [finding] = &preflight(&facts(name, mime, 1))[..] else { panic!("{name}") };
            assert_eq!(finding.repair, Some(Repair::ConvertImage { to: PictureType::Jpeg }), "{name}");
            let repairs =
                preflight(&facts(name, mime, 2_000_001)).into_iter().filter_map(|found| found.repair);
            assert_eq!(repairs.count(), 2, "{name}: its type and its size");
        }
        assert_eq!(preflight(&facts("a.heic", "image/heic", 1))[0].repair, None, "cannot be decoded here");
        assert_eq!(preflight(&facts("a.svg", "image/svg+xml", 1))[0].repair, None);
    }

    #[test]
    fn both_repairs_of_a_name_lead_to_the_same_name() {
        let findings = preflight(&facts("Grüße.md", "text/markdown", 1));
        assert_eq!(findings.iter().map(renamed).collect::<Vec<_>>(), ["Gr__e.md.txt"; 2]);
    }

    #[test]
    fn an_image_of_another_type_than_its_name_is_a_warning() {
        let findings = preflight(&facts("a.png", "image/webp", 1));
        assert!(!findings[0].is_error() && findings[0].message.contains("image/webp"));
    }

    #[test]
    fn names_are_repaired_and_keep_their_extension() {
        let long = format!("{}.pdf", "n".repeat(150));
        for (name, good) in [
            ("Résumé (1).pdf", "R_sum_ _1_.pdf".to_owned()),
            ("a\n\u{202e}b.pdf", "a__b.pdf".to_owned()),
            ("照片.pdf", "__.pdf".to_owned()),
            (" a.pdf", "a.pdf".to_owned()),
            (&long, format!("{}.pdf", "n".repeat(96))),
        ] {
            let findings = preflight(&facts(name, "application/pdf", 1));
            assert_eq!((findings.len(), findings[0].kind, renamed(&findings[0])), (1, Kind::BadName, &*good));
            assert_eq!(preflight(&facts(&good, "application/pdf", 1)), [], "the repair itself is fine");
        }
    }

    #[test]
    fn sizes_are_refused_above_2_mb_and_doubted_above_1_5() {
        for (size, error) in [(1_500_001, false), (2_000_000, false), (2_000_001, true)] {
            let findings = preflight(&facts("a.jpg", "image/jpeg", size));
            assert_eq!((findings.len(), findings[0].is_error()), (1, error), "{size}");
            assert_eq!(findings[0].repair, Some(Repair::ShrinkImage { max_bytes: 1_500_000 }));
        }
        assert_eq!(preflight(&facts("a.gif", "image/gif", 2_000_001))[0].repair, None, "may be animated");
        assert_eq!(preflight(&facts("a.zip", "application/zip", 2_000_001))[0].repair, None);
    }
}
