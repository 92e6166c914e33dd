//! A request as a command that repeats it: `curl`, quoted for a POSIX shell.
//!
//! Secrets were replaced by stars before they got here; in the command each is a variable, so that setting it makes
//! the command work.

use std::fmt::Write as _;

use crate::domain::attachment::Activity;

const STARS: &str = "***";
/// What curl writes by itself, and a body of another length would contradict.
const OWN_HEADERS: [&str; 4] = ["connection", "content-length", "host", "transfer-encoding"];

/// The command, one option a line.
#[must_use]
pub fn command(activity: &Activity) -> String {
    let mut text = String::from("curl");
    match activity.method.as_str() {
        "GET" => {}
        "HEAD" => text.push_str(" --head"),
        method => text.push_str(&option("request", &quoted(method, |_| String::new()))),
    }
    // Brackets and braces are ranges to curl.
    if activity.url.contains(['[', ']', '{', '}']) {
        text.push_str(" --globoff");
    }
    for (name, value) in &activity.headers {
        if !OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            let line = format!("{name}: {value}");
            text.push_str(&option("header", &quoted(&line, |_| variable(header_variable(name)))));
        }
    }
    if activity.sent_bytes > 0 {
        // The body is not kept; with @ curl reads it from a file.
        let _ = write!(text, " \\\n  --data-binary \"@$FILE\"");
    }
    text.push_str(&option("url", &quoted(&activity.url, |before| variable(parameter(before)))));
    text
}

fn option(name: &str, value: &str) -> String {
    format!(" \\\n  --{name} {value}")
}

/// In single quotes, where a shell reads nothing; `secret` says what stands for stars after the text before them.
fn quoted(text: &str, secret: impl Fn(&str) -> String) -> String {
    // Control characters could drive the terminal that the command is pasted into.
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let mut shown = String::new();
    let mut before = String::new();
    for (index, part) in text.split(STARS).enumerate() {
        if index > 0 {
            let name = secret(&before);
            shown.push_str(if name.is_empty() { "'***'" } else { &name });
            before.push_str(STARS);
        }
        before.push_str(part);
        if !part.is_empty() {
            let _ = write!(shown, "'{}'", part.replace('\'', r"'\''"));
        }
    }
    if shown.is_empty() { "''".to_owned() } else { shown }
}

fn header_variable(name: &str) -> &str {
    if name.eq_ignore_ascii_case("authorization") { "TOKEN" } else { name }
}

/// The query's parameter that the text ends in, such as `sig` for `…?a=1&sig=`.
fn parameter(before: &str) -> String {
    let name = before.strip_suffix('=').and_then(|text| text.rsplit(['?', '&']).next());
    name.filter(|name| !name.contains('/')).unwrap_or("SECRET").to_owned()
}

/// A variable's use, in double quotes.
fn variable(name: impl AsRef<str>) -> String {
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    let name: String = name.as_ref().chars().map(letter).collect();
    let name = if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name };
    format!("\"${{{name}}}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Step;

    fn activity(method: &str, url: &str, headers: &[(&str, &str)], sent_bytes: u64) -> Activity {
        Activity {
            at_ms: 0,
            took_ms: 0,
            step: Step::Send,
            method: method.to_owned(),
            url: url.to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            sent_bytes,
            status: None,
            answer_headers: Vec::new(),
            answer: None,
        }
    }

    #[test]
    fn a_request_is_one_option_a_line_with_variables_for_secrets() {
        let headers = [
            ("Authorization", "Bearer ***"),
            ("content-length", "12"),
            ("Host", "a.example"),
            ("x-ms-date", "today"),
        ];
        let put = activity("PUT", "https://a.example/f?x=1&sig=***&y=2", &headers, 12);
        let lines = [
            "curl",
            "  --request 'PUT'",
            "  --header 'Authorization: Bearer '\"${TOKEN}\"",
            "  --header 'x-ms-date: today'",
            "  --data-binary \"@$FILE\"",
            "  --url 'https://a.example/f?x=1&sig='\"${SIG}\"'&y=2'",
        ];
        assert_eq!(command(&put), lines.join(" \\\n"));
    }

    #[test]
    fn what_needs_no_option_has_none() {
        assert_eq!(command(&activity("GET", "https://a/", &[], 0)), "curl \\\n  --url 'https://a/'");
        assert_eq!(command(&activity("HEAD", "https://a/", &[], 0)), "curl --head \\\n  --url 'https://a/'");
        let range = command(&activity("GET", "https://a/[1]", &[], 0));
        assert!(range.starts_with("curl --globoff "), "{range}");
    }

    /// A real shell reads the command back into the words that were meant.
    #[cfg(unix)]
    #[test]
    fn a_shell_reads_back_quotes_line_breaks_and_everything_else() {
        let nasty = "a'b\"c $HOME `id` \\ !x ; & | > é 🦀 ''";
        let headers = [("X-Odd", nasty), ("X-Lines", "one\r\ntwo\u{1b}[2J"), ("api-key", "k***'***")];
        let url = "https://h.example/it's?a=$(id)&token=***#***";
        let text = command(&activity("P'OST", url, &headers, 1));
        let script =
            format!("curl() {{ printf '%s\\0' \"$@\"; }}\nFILE=f API_KEY=K TOKEN=T SECRET=S\n{text}");
        let output = std::process::Command::new("sh").arg("-c").arg(script).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let words = String::from_utf8(output.stdout).unwrap();
        let words: Vec<&str> = words.split_terminator('\0').collect();
        let meant = [
            ["--request", "P'OST"],
            ["--header", &format!("X-Odd: {nasty}")],
            ["--header", "X-Lines: one  two [2J"],
            ["--header", "api-key: kK'K"],
            ["--data-binary", "@f"],
            ["--url", "https://h.example/it's?a=$(id)&token=T#S"],
        ];
        assert_eq!(words, meant.concat());
    }
}
