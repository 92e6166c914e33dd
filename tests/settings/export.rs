//! Profiles handed on.

use affix::domain::error::Kind;
use affix::settings::export;

use super::{ADDRESS, describe, shelf};

#[test]
fn an_exported_profile_comes_back_without_secrets_and_answers() {
    let mut one = shelf("One", &[ADDRESS, ("limit", "3"), ("token", "hunter2")]);
    one.confirmed = true;
    let text = export::to_text(&one, describe);
    assert_eq!(
        text,
        "# A profile of Affix, without its secrets. Add it with `affix profiles import FILE`.\n\
         affix_profile = 1\nname = \"One\"\nservice = \"shelf\"\n\n\
         [settings]\nbase_url = \"https://shelf.example\"\nlimit = \"3\"\n"
    );
    assert_eq!(export::from_text(&text, describe).unwrap(), shelf("One", &[ADDRESS, ("limit", "3")]));
}

#[test]
fn what_is_no_profile_is_not_imported() {
    let one = "affix_profile = 1\nname = \"One\"\nservice = \"shelf\"\n";
    for (text, told) in [
        ("name = = 1".to_owned(), "error in line 1"),
        ("name = \"One\"\nservice = \"shelf\"".to_owned(), "“affix_profile = 1” is missing"),
        (one.replace("One", " "), "must have 1 to 64 characters"),
        (one.replace("shelf", "attic"), "no service “attic”"),
        (one.to_owned(), "base_url is needed"),
        (format!("{one}extra = 1"), "extra is not a setting"),
        (format!("{one}settings = {{ base_url = \"x\" }}"), "base_url must be an address"),
    ] {
        let failure = export::from_text(&text, describe).unwrap_err();
        assert_eq!(failure.kind, Kind::Settings);
        assert!(failure.cause.as_deref().unwrap().contains(told), "{told}: {failure}");
    }
    let newer = export::from_text("affix_profile = 2\nname = 5", describe).unwrap_err();
    assert!(newer.advice.as_deref().unwrap().contains("Update Affix"), "{newer}");
}
