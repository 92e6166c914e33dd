#![no_main]

use affix::domain::link::{Format, LinkFacts};

// A template of links, and a name and an address from elsewhere written with it.
libfuzzer_sys::fuzz_target!(|texts: (&str, &str, &str)| {
    let (template, name, url) = texts;
    let facts = LinkFacts { url: url.to_owned(), name: name.to_owned(), ..LinkFacts::default() };
    for format in ["url", "markdown", "html", "bbcode", "json", template] {
        if let Ok(format) = Format::parse(format) {
            let line = format.render(&facts);
            let is_template = matches!(format, Format::Template(_) | Format::Json);
            assert!(is_template || !line.contains(['\n', '\r']), "{line:?}");
        }
    }
});
