//! The user's own format: `{name}: {url|markdown}`.

use crate::domain::file_name;
use crate::domain::link::{LinkFacts, escape};

/// A template that was read and understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(Field, Escape),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Url,
    Name,
    Stem,
    Ext,
    Size,
    Mime,
    Id,
    Thumb,
    Preview,
    Width,
    Height,
    Profile,
}

const FIELDS: [(&str, Field); 12] = [
    ("url", Field::Url),
    ("name", Field::Name),
    ("stem", Field::Stem),
    ("ext", Field::Ext),
    ("size", Field::Size),
    ("mime", Field::Mime),
    ("id", Field::Id),
    ("thumb", Field::Thumb),
    ("preview", Field::Preview),
    ("width", Field::Width),
    ("height", Field::Height),
    ("profile", Field::Profile),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Markdown,
    Html,
    Bbcode,
    Json,
    Url,
}

const ESCAPES: [(&str, Escape); 5] = [
    ("markdown", Escape::Markdown),
    ("html", Escape::Html),
    ("bbcode", Escape::Bbcode),
    ("json", Escape::Json),
    ("url", Escape::Url),
];

impl Template {
    /// Reads a template. Placeholders are `{url} {name} {stem} {ext} {size} {mime} {id} {thumb}
    /// {preview} {width} {height} {profile}`, each with an escape if wanted (`{name|html}`, of
    /// markdown, html, bbcode, json, url); `{{` and `}}` are braces.
    ///
    /// # Errors
    /// An unknown placeholder or escape (the known ones are listed), a brace without its partner, or
    /// no placeholder at all.
    pub fn parse(source: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = source;
        while let Some((before, brace, after)) = next_brace(rest) {
            text.push_str(before);
            if let Some(after_double) = after.strip_prefix(brace) {
                text.push(brace);
                rest = after_double;
                continue;
            }
            if brace == '}' {
                return Err("A } stands alone in the template. Write }} for a brace".to_owned());
            }
            let Some((placeholder, after)) = after.split_once('}') else {
                return Err("A { has no } in the template. Write {{ for a brace".to_owned());
            };
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(parse_placeholder(placeholder)?);
            rest = after;
        }
        text.push_str(rest);
        if parts.is_empty() {
            return Err(format!("The template has no placeholder. Known are {}", known(&FIELDS)));
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(Self { source: source.to_owned(), parts })
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Fills in the values, each on one line; what is unknown is left empty.
    #[must_use]
    pub fn render(&self, facts: &LinkFacts) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Value(field, escape) => escaped(&value(*field, facts), *field, *escape),
            })
            .collect()
    }
}

fn next_brace(text: &str) -> Option<(&str, char, &str)> {
    let at = text.find(['{', '}'])?;
    let (before, from_brace) = text.split_at(at);
    let mut chars = from_brace.chars();
    let brace = chars.next()?;
    Some((before, brace, chars.as_str()))
}

fn parse_placeholder(inside: &str) -> Result<Part, String> {
    let (name, filter) = inside.split_once('|').map_or((inside, None), |(name, f)| (name, Some(f.trim())));
    let name = name.trim();
    let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) else {
        return Err(format!("{{{}}} is not known. Known are {}", file_name::display(name), known(&FIELDS)));
    };
    let escape = match filter {
        None => Escape::None,
        Some(filter) => match ESCAPES.iter().find(|(known, _)| *known == filter) {
            Some((_, escape)) => *escape,
            None => return Err(unknown_escape(name, filter)),
        },
    };
    Ok(Part::Value(*field, escape))
}

fn unknown_escape(name: &str, filter: &str) -> String {
    let names = ESCAPES.map(|(known, _)| known).join(", ");
    format!("The escape in {{{name}|{}}} is not known. Known are {names}", file_name::display(filter))
}

fn known(fields: &[(&str, Field)]) -> String {
    fields.iter().map(|(name, _)| format!("{{{name}}}")).collect::<Vec<_>>().join(" ")
}

fn value(field: Field, facts: &LinkFacts) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<u32>| value.map(|number| number.to_string()).unwrap_or_default();
    match field {
        Field::Url => facts.url.clone(),
        Field::Name => facts.name.clone(),
        Field::Stem => file_name::split(&facts.name).0.to_owned(),
        Field::Ext => file_name::split(&facts.name).1.to_owned(),
        Field::Size => facts.size.to_string(),
        Field::Mime => facts.mime.clone(),
        Field::Id => text(&facts.id),
        Field::Thumb => text(&facts.thumb),
        Field::Preview => text(&facts.preview),
        Field::Width => number(facts.width),
        Field::Height => number(facts.height),
        Field::Profile => facts.profile.clone(),
    }
}

fn escaped(value: &str, field: Field, escape: Escape) -> String {
    let address =
        matches!(field, Field::Url | Field::Thumb | Field::Preview).then(|| escape::web_url(value)).flatten();
    match (escape, address) {
        (Escape::None, _) => escape::single_line(value),
        (Escape::Markdown | Escape::Bbcode, Some(url)) => escape::url_in_markup(&url),
        (Escape::Markdown, None) => escape::markdown(value),
        (Escape::Bbcode, None) => escape::bbcode(value),
        (Escape::Html, _) => escape::html(value),
        (Escape::Json, _) => escape::json(value),
        (Escape::Url, _) => escape::component(value),
    }
}
