//! What the program says about itself, and to those who call it wrongly.

use crate::home::Home;

#[test]
fn help_names_every_command_and_shows_examples() {
    let home = Home::new();
    let help = home.ok(&["--help"]);
    for word in ["upload", "resume", "profiles", "history", "sandbox", "--home", "affix upload photo.jpg"] {
        assert!(help.contains(word), "{word} is missing:\n{help}");
    }
    assert!(help.contains("open the window") && help.contains("[FILE…]"), "{help}");
    let help = home.ok(&["upload", "--help"]);
    for word in ["--profile", "--format", "--jobs", "--quiet", "--yes", "--format markdown", "Exit code: 0"] {
        assert!(help.contains(word), "{word} is missing:\n{help}");
    }
}

#[test]
fn where_there_is_no_display_it_says_so_and_what_to_do() {
    let home = Home::new();
    home.file("photo.jpg", b"x");
    for args in [&[][..], &["photo.jpg"]] {
        let told = home.refused(args, "", 1);
        assert!(told.contains("There is no display") && told.contains("affix upload FILE"), "{told}");
        assert!(told.contains("WAYLAND_DISPLAY"), "{told}");
    }
    let told = home.refused(&["sendfile"], "", 2);
    assert!(told.contains("“sendfile” is neither a command nor a file"), "{told}");
}
