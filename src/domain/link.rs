//! What "Copy link" puts on the clipboard and the command line prints: the named formats and templates.

mod escape;
mod template;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::json;

pub use template::Template;

use crate::domain::file_name;

/// How a link is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Format {
    /// The link alone.
    #[default]
    Url,
    /// `![name](url)` for pictures, `[name](url)` for others (`CommonMark`).
    Markdown,
    /// `<img src alt>` for pictures, `<a href>` for others.
    Html,
    /// `[img]url[/img]` for pictures, `[url=url]name[/url]` for others.
    Bbcode,
    /// One object on one line, its fields named like the placeholders; absent things are null.
    Json,
    /// The user's own.
    Template(Template),
}

/// What a link can be written from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkFacts {
    /// The receipt's first link: a URL, or an id where the service gives none.
    pub url: String,
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The media type.
    pub mime: String,
    pub id: Option<String>,
    /// The thumbnail's URL.
    pub thumb: Option<String>,
    /// The preview's URL.
    pub preview: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// The profile's name.
    pub profile: String,
}

impl Format {
    /// Reads `url`, `markdown`, `html`, `bbcode`, `json` or a template such as `{name}: {url}`.
    ///
    /// # Errors
    /// One or two sentences that say what is wrong and what is known instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "url" => Ok(Self::Url),
            "markdown" => Ok(Self::Markdown),
            "html" => Ok(Self::Html),
            "bbcode" => Ok(Self::Bbcode),
            "json" => Ok(Self::Json),
            _ if !text.contains('{') => Err(format!(
                "“{}” is not a format. Use url, markdown, html, bbcode, json, or a template such as '{{name}}: {{url}}'",
                file_name::display(text)
            )),
            _ => Template::parse(text).map(Self::Template),
        }
    }

    /// Writes one link. All but JSON and templates with line breaks of their own give one line.
    #[must_use]
    pub fn render(&self, facts: &LinkFacts) -> String {
        match self {
            Self::Url => escape::single_line(&facts.url),
            Self::Markdown => facts.markdown(),
            Self::Html => facts.html(),
            Self::Bbcode => facts.bbcode(),
            Self::Json => facts.json(),
            Self::Template(template) => template.render(facts),
        }
    }
}

impl fmt::Display for Format {
    /// The text that [`Format::parse`] reads, for settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "url",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Bbcode => "bbcode",
            Self::Json => "json",
            Self::Template(template) => template.source(),
        })
    }
}

impl LinkFacts {
    fn is_image(&self) -> bool {
        self.mime.starts_with("image/")
    }

    fn markdown(&self) -> String {
        let Some(url) = escape::web_url(&self.url) else { return escape::markdown(&self.url) };
        let mark = if self.is_image() { "!" } else { "" };
        format!("{mark}[{}]({})", escape::markdown(&self.name), escape::url_in_markup(&url))
    }

    fn html(&self) -> String {
        let Some(url) = escape::web_url(&self.url) else { return escape::html(&self.url) };
        let (url, name) = (escape::html(&url), escape::html(&self.name));
        if self.is_image() {
            format!("<img src=\"{url}\" alt=\"{name}\">")
        } else {
            format!("<a href=\"{url}\">{name}</a>")
        }
    }

    fn bbcode(&self) -> String {
        let Some(url) = escape::web_url(&self.url) else { return escape::bbcode(&self.url) };
        let url = escape::url_in_markup(&url);
        if self.is_image() {
            format!("[img]{url}[/img]")
        } else {
            format!("[url={url}]{}[/url]", escape::bbcode(&self.name))
        }
    }

    fn json(&self) -> String {
        let (stem, ext) = file_name::split(&self.name);
        json!({
            "url": self.url, "name": self.name, "stem": stem, "ext": ext, "size": self.size,
            "mime": self.mime, "id": self.id, "thumb": self.thumb, "preview": self.preview,
            "width": self.width, "height": self.height, "profile": self.profile,
        })
        .to_string()
    }
}
