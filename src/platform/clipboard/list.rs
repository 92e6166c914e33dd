//! Lists of files, as file managers put them on the clipboard.

use std::path::PathBuf;

use url::{Host, Url};

/// What stands above a list without being a file: what GNOME's file managers want done, and their old mark.
const NO_FILES: [&str; 3] = ["copy", "cut", "x-special/nautilus-clipboard"];

/// The lines that name something: `text/uri-list` (RFC 2483, lines end with CRLF, `#` is a comment),
/// `x-special/gnome-copied-files` (the first line is `copy` or `cut`), or paths, one a line.
pub fn lines_of(list: &str) -> impl Iterator<Item = &str> {
    let lines = list.split(['\n', '\0']).map(|line| line.strip_suffix('\r').unwrap_or(line));
    let lines = lines.filter(|line| !line.trim().is_empty());
    lines.skip_while(|line| NO_FILES.contains(&line.trim())).filter(|line| !line.starts_with('#'))
}

/// The file of this computer that a line names: a path, or an address with no host, `localhost` or this one's name.
#[must_use]
pub fn path_of(line: &str) -> Option<PathBuf> {
    let path = match Url::parse(line) {
        Ok(url) if url.scheme() == "file" => local(url)?.to_file_path().ok()?,
        _ => PathBuf::from(line),
    };
    // No name has a NUL; `%00` in an address gives one.
    let is_one = path.is_absolute() && !path.as_os_str().as_encoded_bytes().contains(&0);
    is_one.then_some(path)
}

/// The address without the name of this computer, which KDE's old programs and some X11 programs put in it.
fn local(url: Url) -> Option<Url> {
    match url.host() {
        Some(Host::Domain(host)) if own_name().is_some_and(|name| name.eq_ignore_ascii_case(host)) => {
            // Not by `set_host`, which keeps a host in such an address.
            Url::parse(&format!("file://{}", url.path())).ok()
        }
        _ => Some(url),
    }
}

#[cfg(unix)]
fn own_name() -> Option<String> {
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}

/// There a host is a server that has the file.
#[cfg(not(unix))]
fn own_name() -> Option<String> {
    None
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn files(list: &str) -> Vec<String> {
        lines_of(list).filter_map(path_of).map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn every_shape_of_a_list_names_its_files() {
        let wanted = ["/a/b c.txt", "/a/ü.txt", "/a/最终版.txt"];
        let name = own_name().unwrap();
        for list in [
            "file:///a/b%20c.txt\r\nfile:///a/%C3%BC.txt\r\nfile:///a/%E6%9C%80%E7%BB%88%E7%89%88.txt\r\n".to_owned(),
            "file:///a/b%20c.txt\nfile:///a/%C3%BC.txt\nfile:///a/%E6%9C%80%E7%BB%88%E7%89%88.txt".to_owned(),
            "copy\nfile:///a/b%20c.txt\nfile:///a/ü.txt\nfile:///a/最终版.txt".to_owned(),
            "cut\nfile:///a/b%20c.txt\nfile:///a/ü.txt\nfile:///a/最终版.txt\0".to_owned(),
            "x-special/nautilus-clipboard\ncopy\nfile:///a/b%20c.txt\nfile:///a/ü.txt\nfile:///a/最终版.txt\n".to_owned(),
            "# two\r\nfile://localhost/a/b%20c.txt\r\nfile:/a/ü.txt\r\n/a/最终版.txt\r\n".to_owned(),
            format!("file://{name}/a/b%20c.txt\nfile://{}/a/ü.txt\n/a/最终版.txt", name.to_uppercase()),
        ] {
            assert_eq!(files(&list), wanted, "{list}");
        }
    }

    #[test]
    fn spaces_belong_to_a_name_and_not_to_an_address() {
        assert_eq!(files("/a/b \r\n/a/ c\n\r\n  \n"), ["/a/b ", "/a/ c"]);
        assert_eq!(files(" file:///a/b%20 \r\n"), ["/a/b "]);
    }

    #[test]
    fn what_is_no_file_of_this_computer_is_left_out() {
        let list = "https://a.example/x\r\nsftp://host/a\r\nfile://elsewhere.example/a\r\nrelative\r\nmtp:/a\r\n/a\r\n";
        assert_eq!(files(list), ["/a"]);
    }

    #[test]
    fn a_name_that_is_no_text_stays_what_it_is() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(path_of("file:///a/%FFb").unwrap().as_os_str().as_bytes(), b"/a/\xffb");
        assert_eq!(path_of("file:///a/%FF%00b"), None, "a NUL is no part of a name");
    }
}
