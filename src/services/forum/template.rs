//! The text to sign as a template with placeholders in braces.

use crate::domain::error::{Failure, Kind};

/// A placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Secret,
    Timestamp,
    TimestampMs,
    Method,
    Path,
    Query,
    Body,
    BodySha256,
    Nl,
}

impl Part {
    const ALL: [(&'static str, Self); 10] = [
        ("key", Self::Key),
        ("secret", Self::Secret),
        ("timestamp", Self::Timestamp),
        ("timestamp_ms", Self::TimestampMs),
        ("method", Self::Method),
        ("path", Self::Path),
        ("query", Self::Query),
        ("body", Self::Body),
        ("body_sha256", Self::BodySha256),
        ("nl", Self::Nl),
    ];
}

#[derive(Debug)]
enum Segment {
    Text(String),
    Part(Part),
}

/// A template that was checked.
#[derive(Debug)]
pub(super) struct Template {
    source: String,
    segments: Vec<Segment>,
}

impl Template {
    /// Reads a template. A closing brace alone stands for itself.
    ///
    /// # Errors
    /// `Kind::Settings` for an empty template, an unknown or unclosed placeholder, and for a second `{body}`,
    /// because the body is read once.
    pub(super) fn parse(source: &str) -> Result<Self, Failure> {
        if source.is_empty() {
            return Err(wrong("it is empty"));
        }
        let mut segments = Vec::new();
        let mut rest = source;
        while let Some((text, after)) = rest.split_once('{') {
            if !text.is_empty() {
                segments.push(Segment::Text(text.to_owned()));
            }
            let (name, after) =
                after.split_once('}').ok_or_else(|| wrong("a placeholder has no closing brace"))?;
            let (_, part) = Part::ALL
                .into_iter()
                .find(|(known, _)| *known == name)
                .ok_or_else(|| wrong(format!("there is no placeholder {{{name}}}")))?;
            segments.push(Segment::Part(part));
            rest = after;
        }
        if !rest.is_empty() {
            segments.push(Segment::Text(rest.to_owned()));
        }
        let template = Self { source: source.to_owned(), segments };
        if template.count(Part::Body) > 1 {
            return Err(wrong("{body} may stand in it once only"));
        }
        Ok(template)
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn has(&self, part: Part) -> bool {
        self.count(part) > 0
    }

    fn count(&self, part: Part) -> usize {
        self.segments.iter().filter(|segment| matches!(segment, Segment::Part(own) if *own == part)).count()
    }

    /// The whole text.
    pub(super) fn render(&self, value: impl Fn(Part) -> String) -> String {
        render(&self.segments, value)
    }

    /// The text before the body and, where the body is part of it, the text after it.
    pub(super) fn around_body(&self, value: impl Fn(Part) -> String) -> (String, Option<String>) {
        let mut halves = self.segments.splitn(2, |segment| matches!(segment, Segment::Part(Part::Body)));
        let mut half = || halves.next().map(|segments| render(segments, &value));
        (half().unwrap_or_default(), half())
    }
}

fn render(segments: &[Segment], value: impl Fn(Part) -> String) -> String {
    let text = |segment: &Segment| match segment {
        Segment::Text(text) => text.clone(),
        Segment::Part(part) => value(*part),
    };
    segments.iter().map(text).collect()
}

fn wrong(why: impl std::fmt::Display) -> Failure {
    let names: Vec<_> = Part::ALL.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    Failure::new(Kind::Settings, "The setting signature_template cannot be used")
        .cause(why)
        .advice(format!("Placeholders are {}.", names.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(part: Part) -> String {
        Part::ALL.into_iter().find(|(_, own)| *own == part).unwrap().0.to_uppercase()
    }

    #[test]
    fn every_placeholder_is_known() {
        for (name, part) in Part::ALL {
            let template = Template::parse(&format!("a{{{name}}}-b}}")).unwrap();
            assert!(template.has(part));
            assert_eq!(template.render(named), format!("a{}-b}}", name.to_uppercase()));
        }
    }

    #[test]
    fn mistakes_are_settings_failures_that_say_which() {
        for (source, word) in
            [("", "empty"), ("{kee}", "{kee}"), ("{key", "closing"), ("{body}{body}", "once"), ("{}", "{}")]
        {
            let failure = Template::parse(source).unwrap_err();
            assert_eq!(failure.kind, Kind::Settings);
            assert!(failure.cause.unwrap().contains(word), "{source}");
            assert!(failure.advice.unwrap().contains("{body_sha256}"));
        }
    }

    #[test]
    fn the_body_divides_the_text() {
        for (source, before, after) in [
            ("{key}.{body}", "KEY.", Some("")),
            ("{body}.{key}", "", Some(".KEY")),
            ("a{body}b", "a", Some("b")),
            ("{key}b", "KEYb", None),
        ] {
            let halves = Template::parse(source).unwrap().around_body(named);
            assert_eq!(halves, (before.to_owned(), after.map(str::to_owned)), "{source}");
        }
    }
}
