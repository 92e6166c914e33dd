//! What the program says about itself, and to those who call it wrongly.

use crate::home::Home;

#[test]
fn help_names_every_command_and_shows_examples() {
    let home = Home::new();
    let help = home.ok(&["--help"]);
    for word in ["upload", "profiles", "history", "sandbox", "--home", "affix upload photo.jpg"] {
        assert!(help.contains(word), "{word} is missing:\n{help}");
    }
    assert!(!help.contains("window"), "there is none yet:\n{help}");
    let help = home.ok(&["upload", "--help"]);
    for word in ["--profile", "--format", "--jobs", "--quiet", "--yes", "--format markdown", "Exit code: 0"] {
        assert!(help.contains(word), "{word} is missing:\n{help}");
    }
}

#[test]
fn without_a_command_it_says_that_there_is_no_window_and_what_to_do() {
    let home = Home::new();
    home.file("photo.jpg", b"x");
    for args in [&[][..], &["photo.jpg"]] {
        let told = home.refused(args, "", 2);
        assert!(told.contains("no window yet") && told.contains("affix upload FILE"), "{told}");
    }
    let told = home.refused(&["sendfile"], "", 2);
    assert!(told.contains("“sendfile” is neither a command nor a file"), "{told}");
}
