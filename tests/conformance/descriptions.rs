//! The descriptions: from them the command line and the window make their forms.

use std::collections::BTreeSet;

use affix::domain::describe::{Checksum, SettingKind, Visibility};

use crate::all;

/// Capital letters inside a label: names of products and short forms only.
const NAMES: [&str; 2] = ["Entra", "Cosmos"];

fn is_sentence_case(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next()).is_some_and(char::is_uppercase);
    let small = |word: &str| {
        word.chars().next().is_none_or(|letter| !letter.is_uppercase())
            || NAMES.contains(&word)
            || word.chars().all(|letter| !letter.is_lowercase())
    };
    first && words.all(small) && !text.ends_with(['.', ' '])
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && text.ends_with(['.', '…'])
}

#[test]
fn every_description_is_sane() {
    let mut ids = BTreeSet::new();
    for (description, _, _) in all() {
        let id = description.id;
        assert!(ids.insert(id), "{id} stands twice");
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase()), "{id}");
        assert!(!description.name.is_empty() && description.name.starts_with(char::is_uppercase), "{id}");
        let line = description.line;
        assert!(line.starts_with(char::is_uppercase) && !line.ends_with('.'), "{id}: {line}");
        let mut keys = BTreeSet::new();
        for spec in description.settings {
            let key = spec.key;
            assert!(keys.insert(key), "{id}: {key} stands twice");
            assert!(is_sentence_case(spec.label), "{id}: {key}: label “{}”", spec.label);
            assert!(is_text(spec.help), "{id}: {key}: help “{}”", spec.help);
            if let Some(default) = spec.default {
                assert_eq!(spec.check(default), Ok(()), "{id}: {key}");
            }
            if let SettingKind::Choice(choices) = spec.kind {
                let values: BTreeSet<_> = choices.iter().map(|choice| choice.value).collect();
                assert_eq!(values.len(), choices.len(), "{id}: {key}: a choice stands twice");
                assert!(choices.iter().all(|choice| !choice.label.is_empty()), "{id}: {key}");
                assert!(spec.check("no such choice").unwrap_err().contains(key));
            }
        }
        for spec in description.secrets {
            assert!(keys.insert(spec.key), "{id}: {} stands twice", spec.key);
            assert!(is_sentence_case(spec.label) && is_text(spec.help), "{id}: {}", spec.key);
        }
        for set in description.credentials {
            assert!(!set.is_empty(), "{id}");
            assert!(set.iter().all(|key| description.secret(key).is_some()), "{id}: {set:?}");
        }
        let used: BTreeSet<_> = description.credentials.iter().copied().flatten().collect();
        assert_eq!(used.len(), description.secrets.len(), "{id}: a secret that no credential needs");
    }
    assert!(ids.len() >= 6, "{ids:?}");
}

#[test]
fn every_capability_fits_together() {
    for (description, capability, _) in all() {
        let id = description.id;
        let expires = capability.visibility == Visibility::Expiring;
        assert!(capability.link_life.is_none() || expires, "{id}: the life of a link that does not end");
        assert!(!capability.saves || capability.visibility == Visibility::Private, "{id}");
        assert!(capability.max_bytes != Some(0), "{id}");
        assert!(!capability.repeats.is_empty(), "{id}: no network step is declared");
        let steps: BTreeSet<_> = capability.repeats.iter().map(|(step, _)| *step).collect();
        assert_eq!(steps.len(), capability.repeats.len(), "{id}: a step stands twice");
        assert!(matches!(capability.checksum, None | Some(Checksum::Md5 | Checksum::Sha256)));
    }
}
