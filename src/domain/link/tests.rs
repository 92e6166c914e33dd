//! Tables of hostile and ordinary names and values through every format.

use super::*;

fn facts(url: &str, name: &str, mime: &str) -> LinkFacts {
    LinkFacts {
        url: url.into(),
        name: name.into(),
        size: 1234,
        mime: mime.into(),
        id: Some("42".into()),
        thumb: Some("https://h/t_(1).jpg".into()),
        preview: None,
        width: Some(640),
        height: Some(480),
        profile: "Bot".into(),
    }
}

fn all(url: &str, name: &str, mime: &str) -> [String; 4] {
    let facts = facts(url, name, mime);
    [Format::Url, Format::Markdown, Format::Html, Format::Bbcode].map(|format| format.render(&facts))
}

#[test]
fn pictures_and_others_in_every_named_format() {
    assert_eq!(
        all("https://h/a.jpg?x=1&y=2", "my_photo.jpg", "image/jpeg"),
        [
            "https://h/a.jpg?x=1&y=2",
            "![my_photo.jpg](https://h/a.jpg?x=1&y=2)",
            "<img src=\"https://h/a.jpg?x=1&amp;y=2\" alt=\"my_photo.jpg\">",
            "[img]https://h/a.jpg?x=1&y=2[/img]",
        ]
    );
    assert_eq!(
        all("http://h/a.pdf", "a.pdf", "application/pdf"),
        [
            "http://h/a.pdf",
            "[a.pdf](http://h/a.pdf)",
            "<a href=\"http://h/a.pdf\">a.pdf</a>",
            "[url=http://h/a.pdf]a.pdf[/url]",
        ]
    );
}

#[test]
fn hostile_names_stay_text() {
    let name = "a](https://evil) <script>\"'&[/url]\r\n\u{202e}*x* _y_ `z` \\";
    let [url, markdown, html, bbcode] = all("https://h/f", name, "text/plain");
    assert_eq!(url, "https://h/f");
    assert_eq!(
        markdown,
        "[a\\]\\(https://evil\\) \\<script\\>\"'\\&\\[/url\\]  \\*x\\* \\_y\\_ \\`z\\` \\\\](https://h/f)"
    );
    assert_eq!(
        html,
        "<a href=\"https://h/f\">a](https://evil) &lt;script&gt;&quot;&#39;&amp;[/url]  *x* _y_ `z` \\</a>"
    );
    assert_eq!(bbcode, "[url=https://h/f]a)(https://evil) <script>\"'&(/url)  *x* _y_ `z` \\[/url]");
}

#[test]
fn hostile_urls_cannot_leave_their_place() {
    let [url, markdown, html, bbcode] =
        all("https://h/a)(b[c]\"><script>'\\ d\ne?q=)[/url]", "n", "text/plain");
    assert_eq!(url, "https://h/a)(b[c]\"><script>'\\ d e?q=)[/url]");
    let inside = "https://h/a%29%28b%5Bc%5D%22%3E%3Cscript%3E%27/%20de?q=%29%5B/url%5D";
    assert_eq!(markdown, format!("[n]({inside})"));
    assert_eq!(bbcode, format!("[url={inside}]n[/url]"));
    assert_eq!(html.matches(['<', '>']).count(), 4, "{html}");
    assert_eq!(html.matches('"').count(), 2, "{html}");
}

#[test]
fn only_web_addresses_become_links() {
    for (value, escaped) in [
        ("3c1b2e0a-0000-4000-8000-000000000000", "3c1b2e0a-0000-4000-8000-000000000000"),
        ("javascript:alert(1)", "javascript:alert\\(1\\)"),
        ("data:text/html,<b>", "data:text/html,\\<b\\>"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("JaVaScRiPt:x", "JaVaScRiPt:x"),
        ("//h/a", "//h/a"),
        ("", ""),
    ] {
        let [url, markdown, html, bbcode] = all(value, "n.png", "image/png");
        assert_eq!(url, value);
        assert_eq!(markdown, escaped);
        assert!(!html.contains('<') && !bbcode.contains('['), "{value}: {html} {bbcode}");
    }
}

#[test]
fn json_keeps_the_exact_name_on_one_line() {
    let name = "two\nlines \"q\" \u{202e}.tar.gz";
    let line = Format::Json.render(&facts("https://h/f", name, "application/gzip"));
    assert!(!line.contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["name"], name);
    assert_eq!((&value["ext"], &value["size"]), (&json!("gz"), &json!(1234)));
    assert_eq!(value["preview"], serde_json::Value::Null);
}

#[test]
fn templates_fill_every_placeholder() {
    let facts = facts("https://h/f (1)", "my photo.tar.gz", "application/gzip");
    for (template, rendered) in [
        ("{url}", "https://h/f (1)"),
        ("{{{name}}}", "{my photo.tar.gz}"),
        ("{stem}.{ext}", "my photo.tar.gz"),
        ("{size} {mime} {id}", "1234 application/gzip 42"),
        ("[{preview}]", "[]"),
        ("{width}x{height} {profile}", "640x480 Bot"),
        ("{url|markdown}", "https://h/f%20%281%29"),
        ("{thumb|bbcode}", "https://h/t_%281%29.jpg"),
        ("{name|url}", "my%20photo.tar.gz"),
        ("{ name | html }", "my photo.tar.gz"),
        ("a\n{id}", "a\n42"),
    ] {
        let format = Format::parse(template).unwrap();
        assert_eq!(format.render(&facts), rendered, "{template}");
        assert_eq!(format.to_string(), template);
    }
}

#[test]
fn template_escapes_hold_hostile_names() {
    let facts = facts("javascript:x", "a\"<b>\n[c](d)\u{202e}", "text/plain");
    for (template, rendered) in [
        ("{name}", "a\"<b> [c](d)"),
        ("{name|markdown}", "a\"\\<b\\> \\[c\\]\\(d\\)"),
        ("{name|html}", "a&quot;&lt;b&gt; [c](d)"),
        ("{name|bbcode}", "a\"<b> (c)(d)"),
        ("{name|json}", "a\\\"<b>\\n[c](d)\u{202e}"),
        ("{name|url}", "a%22%3Cb%3E%0A%5Bc%5D%28d%29%E2%80%AE"),
    ] {
        assert_eq!(Format::parse(template).unwrap().render(&facts), rendered, "{template}");
    }
}

#[test]
fn formats_are_read_and_refused_in_words() {
    for name in ["url", "markdown", "html", "bbcode", "json"] {
        assert_eq!(Format::parse(name).unwrap().to_string(), name);
    }
    for (text, parts) in [
        ("mardown", vec!["“mardown” is not a format", "bbcode", "'{name}: {url}'"]),
        ("", vec!["“” is not a format"]),
        ("{link}", vec!["{link} is not known", "{url} {name} {stem} {ext} {size} {mime} {id} {thumb}"]),
        ("{url|shell}", vec!["{url|shell}", "markdown, html, bbcode, json, url"]),
        ("{url", vec!["{ has no }", "{{"]),
        ("{url} }", vec!["} stands alone", "}}"]),
        ("{{url}}", vec!["no placeholder", "{profile}"]),
        ("{}", vec!["{} is not known"]),
    ] {
        let message = Format::parse(text).unwrap_err();
        for part in parts {
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
