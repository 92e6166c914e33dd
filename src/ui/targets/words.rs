//! Services in words: their own description in English, `service-…` texts in other languages.

use std::time::Duration;

use crate::domain::describe::{Choice, Description, SecretSpec, SettingKind, SettingSpec, Visibility};
use crate::transfer::profiles::form::{Why, Wrong};
use crate::ui::icon::Icon;
use crate::ui::icons;
use crate::ui::text::{Texts, Value};

/// A service's icon; the one for a service that this version does not know.
pub(in crate::ui) fn icon(service: Option<&Description>) -> Icon {
    match service.map(|service| service.id) {
        Some("sandbox") => icons::FLASK,
        Some("mixin") => icons::ROBOT,
        Some("teable") => icons::TABLE,
        Some("cosmos") => icons::DATABASE,
        Some("cronofy") => icons::CALENDAR_BLANK,
        Some("forum") => icons::CHATS_CIRCLE,
        Some(_) => icons::CUBE,
        None => icons::QUESTION,
    }
}

/// The text of this key, else the description's own word.
fn own<'a>(texts: &'a Texts, key: &str, english: &'a str) -> &'a str {
    texts.find(key).unwrap_or(english)
}

pub(in crate::ui) fn name<'a>(texts: &'a Texts, service: &Description) -> &'a str {
    own(texts, &format!("service-{}", service.id), service.name)
}

/// One line for the gallery.
pub(in crate::ui) fn line<'a>(texts: &'a Texts, service: &Description) -> &'a str {
    own(texts, &format!("service-{}-line", service.id), service.line)
}

pub(in crate::ui) fn setting<'a>(texts: &'a Texts, service: &Description, spec: &SettingSpec) -> &'a str {
    own(texts, &setting_key(service, spec), spec.label)
}

pub(in crate::ui) fn setting_help<'a>(
    texts: &'a Texts,
    service: &Description,
    spec: &SettingSpec,
) -> &'a str {
    own(texts, &format!("{}-help", setting_key(service, spec)), spec.help)
}

pub(in crate::ui) fn choice<'a>(
    texts: &'a Texts,
    service: &Description,
    spec: &SettingSpec,
    choice: &Choice,
) -> &'a str {
    own(texts, &format!("{}-{}", setting_key(service, spec), choice.value), choice.label)
}

pub(in crate::ui) fn secret<'a>(texts: &'a Texts, service: &Description, spec: &SecretSpec) -> &'a str {
    own(texts, &secret_key(service, spec), spec.label)
}

pub(in crate::ui) fn secret_help<'a>(texts: &'a Texts, service: &Description, spec: &SecretSpec) -> &'a str {
    own(texts, &format!("{}-help", secret_key(service, spec)), spec.help)
}

fn setting_key(service: &Description, spec: &SettingSpec) -> String {
    format!("service-{}-setting-{}", service.id, spec.key)
}

fn secret_key(service: &Description, spec: &SecretSpec) -> String {
    format!("service-{}-secret-{}", service.id, spec.key)
}

/// What its links are like: "links expire after 6 days · up to 50.0 MB".
pub(in crate::ui) fn links(texts: &Texts, service: &Description) -> String {
    let capability = &service.capability;
    let links = match (capability.visibility, capability.link_life) {
        (Visibility::Expiring, Some(life)) => {
            texts.with("target-links-expire-after", &[("time", Value::Text(&span(texts, life)))])
        }
        (Visibility::Public, _) => texts.get("target-links-public").to_owned(),
        (Visibility::Expiring, None) => texts.get("target-links-expiring").to_owned(),
        (Visibility::Private, _) => texts.get("target-links-private").to_owned(),
        (Visibility::None, _) => texts.get("target-links-none").to_owned(),
    };
    match capability.max_bytes {
        Some(bytes) => {
            let most = texts.with("target-most", &[("size", Value::Text(&texts.bytes(bytes)))]);
            format!("{links} · {most}")
        }
        None => links,
    }
}

/// Whole days or hours, as people say it.
fn span(texts: &Texts, life: Duration) -> String {
    const HOUR: u64 = 3600;
    let secs = life.as_secs();
    if secs >= 24 * HOUR && secs.is_multiple_of(24 * HOUR) {
        texts.count("target-days", secs / (24 * HOUR))
    } else if secs >= HOUR && secs.is_multiple_of(HOUR) {
        texts.count("target-hours", secs / HOUR)
    } else {
        texts.duration(secs)
    }
}

/// What is wrong with a setting, in words with its label. What a service says of several settings is English.
pub(in crate::ui) fn wrong(texts: &Texts, service: &Description, wrong: &Wrong) -> String {
    let spec = wrong.key.and_then(|key| service.setting(key));
    let sentence = wrong.sentence();
    let Some(spec) = spec else { return sentence };
    match (&wrong.why, spec.kind) {
        (Why::Missing, _) | (Why::Value(_), SettingKind::Text) => texts.get("wrong-missing").to_owned(),
        (Why::Value(_), SettingKind::Url) if sentence.contains("user name") => {
            texts.get("wrong-url-user").to_owned()
        }
        (Why::Value(_), SettingKind::Url) => texts.get("wrong-url").to_owned(),
        (Why::Value(_), SettingKind::Integer { min, max }) => {
            let (min, max) = (min.to_string(), max.to_string());
            texts.with("wrong-number", &[("min", Value::Text(&min)), ("max", Value::Text(&max))])
        }
        (Why::Value(_), SettingKind::Choice(_) | SettingKind::Flag) => texts.get("wrong-choice").to_owned(),
        (Why::Service(_), _) => match sentence.strip_prefix(spec.key) {
            Some(rest) => format!("{}{rest}", setting(texts, service, spec)),
            None => sentence,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services;
    use crate::ui::text::Language;

    /// Every key that a language other than English needs for this service.
    fn keys(service: &Description) -> Vec<String> {
        let mut keys = vec![format!("service-{}", service.id), format!("service-{}-line", service.id)];
        for spec in service.settings {
            let key = setting_key(service, spec);
            if let SettingKind::Choice(choices) = spec.kind {
                keys.extend(choices.iter().map(|choice| format!("{key}-{}", choice.value)));
            }
            keys.extend([format!("{key}-help"), key]);
        }
        for spec in service.secrets {
            let key = secret_key(service, spec);
            keys.extend([format!("{key}-help"), key]);
        }
        keys
    }

    #[test]
    fn every_word_of_every_service_is_there_in_chinese() {
        let texts = Texts::new(Language::Chinese);
        let keys: Vec<_> = services::ALL.iter().flat_map(|service| keys(service.description())).collect();
        let absent: Vec<_> = keys.iter().filter(|key| texts.find(key).is_none()).collect();
        assert!(absent.is_empty(), "{absent:#?}");
        assert!(keys.len() > 100, "{} keys", keys.len());
    }

    #[test]
    fn what_its_links_are_like_is_said_of_every_service() {
        let texts = Texts::new(Language::English);
        let said: Vec<_> = services::ALL.iter().map(|service| links(&texts, service.description())).collect();
        assert!(said.contains(&"links expire after 6 days".to_owned()), "{said:?}");
        assert!(said.contains(&"public links · up to 8.6 GB".to_owned()), "{said:?}");
        assert!(said.iter().all(|words| !words.contains("target-")), "{said:?}");
    }
}
