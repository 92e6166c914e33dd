//! The forum's list of upload servers, whose form is unpublished: read tolerantly.

use serde_json::Value;
use url::Url;

/// The path of the list, below the base.
pub(super) const PATH: &str = "openapi/forum/conf/serverList";

/// The usable upload servers of an answer, in its order, without a slash at their ends.
///
/// Accepted: an array, bare or under `data` or `data.list`, of texts or of objects with `url`, `host` or `domain`.
/// An entry without a scheme gets the base's. An entry with another scheme than http and https is left out, and so
/// is one without TLS where the base has it, because the API key goes there.
///
/// # Errors
/// Why none can be used.
pub(super) fn parse(answer: &Value, base: &Url) -> Result<Vec<String>, String> {
    let data = answer.get("data");
    let candidates = [Some(answer), data, data.and_then(|data| data.get("list"))];
    let list = candidates
        .into_iter()
        .flatten()
        .find_map(Value::as_array)
        .ok_or("there is no list in the answer: neither bare nor under data or data.list")?;
    if list.is_empty() {
        return Err("the list is empty".to_owned());
    }
    let (mut servers, mut refused) = (Vec::new(), Vec::new());
    for entry in list {
        match server(entry, base) {
            Ok(usable) => servers.push(usable),
            Err(why) => refused.push(why),
        }
    }
    if servers.is_empty() { Err(refused.join("; ")) } else { Ok(servers) }
}

fn server(entry: &Value, base: &Url) -> Result<String, String> {
    let field = |key: &str| entry.get(key).and_then(Value::as_str);
    let text = entry
        .as_str()
        .or_else(|| ["url", "host", "domain"].into_iter().find_map(field))
        .map(str::trim)
        .ok_or_else(|| format!("{entry} names no server"))?;
    let whole = match text.strip_prefix("//") {
        Some(rest) => format!("{}://{rest}", base.scheme()),
        None if text.contains("://") => text.to_owned(),
        None => format!("{}://{text}", base.scheme()),
    };
    let url = Url::parse(&whole).map_err(|error| format!("“{text}” is no address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !url.username().is_empty() {
        return Err(format!("“{text}” is no web server's address"));
    }
    if base.scheme() == "https" && url.scheme() != "https" {
        return Err(format!("“{text}” has no TLS, and the API key would go there in clear"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(answer: &Value, base: &str) -> Result<Vec<String>, String> {
        parse(answer, &Url::parse(base).unwrap())
    }

    #[test]
    fn every_form_of_the_list_is_read() {
        for answer in [
            json!(["up1.e.org", "https://up2.e.org/"]),
            json!({"code": 0, "data": ["up1.e.org", "//up2.e.org"]}),
            json!({"code": 0, "data": {"list": [{"url": "https://up1.e.org"}, {"host": "up2.e.org"}]}}),
            json!({"data": [{"domain": "up1.e.org", "weight": 1}, {"url": " https://up2.e.org "}]}),
        ] {
            assert_eq!(read(&answer, "https://e.org").unwrap(), ["https://up1.e.org", "https://up2.e.org"]);
        }
    }

    #[test]
    fn a_port_and_a_path_are_kept() {
        let answer = json!(["127.0.0.1:4123/forum/", "localhost:80"]);
        assert_eq!(
            read(&answer, "http://127.0.0.1:4123/forum").unwrap(),
            ["http://127.0.0.1:4123/forum", "http://localhost"]
        );
    }

    #[test]
    fn unsafe_entries_are_left_out() {
        let answer =
            json!(["http://up1.e.org", "ftp://up.e.org", "https://u:p@e.org", 7, "", "https://up2.e.org"]);
        assert_eq!(read(&answer, "https://e.org").unwrap(), ["https://up2.e.org"]);
        let none = read(&json!(["http://up1.e.org", {"x": 1}]), "https://e.org").unwrap_err();
        assert!(none.contains("in clear") && none.contains("names no server"), "{none}");
    }

    #[test]
    fn an_answer_without_a_list_says_so() {
        assert!(read(&json!({"data": {}}), "https://e.org").unwrap_err().contains("no list"));
        assert!(read(&json!([]), "https://e.org").unwrap_err().contains("empty"));
    }
}
