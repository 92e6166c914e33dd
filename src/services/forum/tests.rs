use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::domain::profile::Profile;
use crate::services::body::{Digests, FileSource};

fn target(settings: &[(&str, &str)]) -> Target {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let profile = Profile { name: "t".to_owned(), settings, ..Profile::default() };
    let secrets = BTreeMap::from([
        ("api_key".to_owned(), Secret::new("demo-key")),
        ("api_secret".to_owned(), Secret::new("demo-secret")),
    ]);
    Target::new(&profile, Forum.description(), secrets)
}

fn upload(name: &str, mime: &str, duration_secs: Option<u64>, thumb: Option<&'static str>) -> Upload {
    let path = PathBuf::from("/x");
    Upload {
        target: Arc::new(target(&[("group_name", "tribe")])),
        file: FileFacts {
            path: path.clone(),
            name: name.to_owned(),
            size: 0,
            mime: mime.to_owned(),
            modified: None,
            pixels: None,
            duration_secs,
        },
        source: FileSource {
            path: path.into(),
            size: 0,
            modified: None,
            digests: Digests::default(),
            held: None,
        },
        thumb: thumb.map(Into::into),
        answer_lost: false,
    }
}

/// The form's length with a file of 0 bytes says that exactly these texts are in it.
fn length_of(parts: &[&str]) -> u64 {
    parts.iter().map(|part| part.len() as u64).sum()
}

#[test]
fn an_image_has_type_group_and_file() {
    let (content_type, body) = form(&upload("a.png", "image/png", None, None), "B".to_owned()).unwrap();
    assert_eq!(content_type, "multipart/form-data; boundary=B");
    let text = "--B\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\npublic/image\r\n\
        --B\r\nContent-Disposition: form-data; name=\"group_name\"\r\n\r\ntribe\r\n\
        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
        Content-Type: image/png\r\n\r\n\r\n--B--\r\n";
    assert_eq!(body.len(), length_of(&[text]));
}

#[test]
fn a_video_has_thumb_and_duration_besides() {
    let (_, body) = form(&upload("a.mp4", "video/mp4", Some(20), Some("JPEG")), "B".to_owned()).unwrap();
    let text = "--B\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\npublic/video\r\n\
        --B\r\nContent-Disposition: form-data; name=\"group_name\"\r\n\r\ntribe\r\n\
        --B\r\nContent-Disposition: form-data; name=\"duration\"\r\n\r\n20\r\n\
        --B\r\nContent-Disposition: form-data; name=\"thumb\"; filename=\"thumb.jpg\"\r\n\
        Content-Type: image/jpeg\r\n\r\nJPEG\r\n\
        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\
        Content-Type: video/mp4\r\n\r\n\r\n--B--\r\n";
    assert_eq!(body.len(), length_of(&[text]));
}

#[test]
fn a_video_without_picture_or_length_is_not_sent() {
    for (duration_secs, thumb, word) in [(None, Some("J"), "length"), (Some(1), None, "picture")] {
        let failure = form(&upload("a.mp4", "video/mp4", duration_secs, thumb), "B".to_owned()).unwrap_err();
        assert_eq!(failure.kind, Kind::WrongType);
        assert!(failure.broke.contains(word), "{failure}");
    }
}

#[test]
fn only_images_and_videos_of_known_length_pass() {
    let find = |name, mime, duration| Forum.preflight(&upload(name, mime, duration, None).file, &target(&[]));
    assert_eq!(find("a.png", "image/png", None), []);
    assert_eq!(find("a.mp4", "video/mp4", Some(3)), []);
    assert!(find("a.pdf", "application/pdf", None)[0].message.contains("images and videos only"));
    assert!(find("a.mkv", "video/x-matroska", None)[0].message.contains("how long"));
}

#[test]
fn the_presets_are_the_choices() {
    let choices: Vec<_> = describe::PRESET_CHOICES.iter().map(|choice| choice.value).collect();
    let presets = signature::PRESETS.iter().map(|preset| preset.id);
    assert_eq!(choices, ["custom"].into_iter().chain(presets).collect::<Vec<_>>());
}

#[test]
fn the_defaults_are_the_first_preset_and_pass_their_own_checks() {
    let rule = Rule::of(&target(&[])).unwrap();
    let first = &signature::PRESETS[0];
    assert_eq!(
        (rule.template.source(), rule.digest, rule.encoding),
        (first.template, first.digest, first.encoding)
    );
    for spec in Forum.description().settings {
        if let Some(default) = spec.default {
            assert_eq!(spec.check(default), Ok(()), "{}", spec.key);
        }
    }
}

#[test]
fn a_preset_goes_before_the_three_settings() {
    let rule =
        Rule::of(&target(&[("signature_preset", "timestamp-secret"), ("signature_template", "{key}")]));
    let rule = rule.unwrap();
    assert_eq!((rule.template.source(), rule.digest), ("{timestamp}{secret}", "md5"));
}

#[test]
fn a_template_that_cannot_be_used_is_told_with_the_settings() {
    assert_eq!(Forum.check_settings(&target(&[])), Vec::<String>::new());
    let wrong = Forum.check_settings(&target(&[("signature_template", "{kee}")]));
    assert!(wrong[0].contains("{kee}") && wrong[0].contains("{body_sha256}"), "{wrong:?}");
}

#[test]
fn a_refusal_says_what_was_signed() {
    let failure =
        explained(Failure::new(Kind::Refused, "x").advice("Do it."), "signed with md5 (hex) of “{key}”");
    assert_eq!(failure.advice.unwrap(), "Do it. The request was signed with md5 (hex) of “{key}”.");
}

#[test]
fn a_wrong_clock_is_named_where_the_forum_refused() {
    use crate::domain::describe::Repeat;
    use crate::services::http::testing;

    for status in [200, 401, 403] {
        let headers = [("date", "Tue, 14 Nov 2023 22:33:20 GMT")];
        let body = r#"{"code": 10003, "message": "invalid timestamp"}"#;
        let failure =
            reply::accepted(&testing::reply(status, &headers, body, Repeat::Ambiguous)).unwrap_err();
        let words = ", and this computer's clock is 20 min 0 s behind the service's";
        assert!(failure.broke.ends_with(words), "{failure}");
        assert_eq!(failure.advice.as_deref(), Some("Set this computer's clock, then retry."));
    }
}
