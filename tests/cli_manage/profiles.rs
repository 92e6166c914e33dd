//! `affix profiles`, where there is no keyring (the keyring's half is in `tests/keyring_real.rs`).

use std::fs;

use serde_json::{Value, json};

use crate::home::{Home, keys, objects, output, stderr, stdout};

const TOKEN: &[&str] = &["profiles", "add", "Table", "--service", "teable", "--secret", "token"];

fn listed(home: &Home) -> Vec<Value> {
    objects(&home.ok(&["profiles", "list", "--json"]))
}

fn names(home: &Home) -> Vec<String> {
    listed(home).iter().map(|profile| profile["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_fresh_home_has_the_sandbox_alone_with_exactly_the_promised_fields() {
    let home = Home::new();
    let profiles = listed(&home);
    assert_eq!(profiles.len(), 1);
    let expected = ["default", "host", "name", "secrets", "service", "visibility"];
    assert_eq!(keys(&profiles[0]), expected);
    assert_eq!((&profiles[0]["name"], &profiles[0]["service"]), (&json!("Sandbox"), &json!("sandbox")));
    assert_eq!((&profiles[0]["default"], &profiles[0]["visibility"]), (&json!(true), &json!("public")));
    assert_eq!(profiles[0]["secrets"], json!({"token": "kept"}));
    let shown = objects(&home.ok(&["profiles", "show", "sandbox", "--json"]));
    assert_eq!(shown, profiles, "case does not matter, and one profile has the same shape");
}

#[test]
fn every_service_is_listed_with_what_it_needs() {
    let home = Home::new();
    let services = objects(&home.ok(&["profiles", "services", "--json"]));
    let mut ids: Vec<_> = services.iter().map(|service| service["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["cosmos", "cronofy", "forum", "mixin", "sandbox", "teable"]);
    for service in &services {
        assert!(!service["secrets"].as_array().unwrap().is_empty(), "{service}");
        assert_eq!(keys(&service["settings"][0]).len(), 7, "{service}");
    }
    let words = home.ok(&["profiles", "services"]);
    assert!(words.contains("mixin: ") && words.contains("--secret keystore"), "{words}");
}

#[test]
fn a_profile_is_added_shown_changed_made_default_and_removed() {
    let home = Home::new();
    home.ok(&["profiles", "add", "My table", "--service", "teable", "--set", "upload_type=2"]);
    let profile = listed(&home).pop().unwrap();
    assert_eq!(
        (&profile["name"], &profile["default"], &profile["secrets"]),
        (&json!("My table"), &json!(false), &json!({"token": "missing"}))
    );
    let shown = home.ok(&["profiles", "show", "my TABLE"]);
    assert!(shown.contains("upload_type = 2\n") && shown.contains("secret token: missing"), "{shown}");
    assert!(shown.contains("(default)"), "{shown}");

    home.ok(&["profiles", "edit", "my table", "--set", "upload_type="]);
    assert!(!home.settings().contains("upload_type"), "{}", home.settings());
    home.ok(&["profiles", "default", "MY TABLE"]);
    assert_eq!(listed(&home)[1]["default"], true);
    let words = home.ok(&["profiles", "list"]);
    assert!(words.lines().any(|line| line.starts_with("* My table")), "{words}");

    let removed = home.affix(&["profiles", "remove", "my table"], "");
    assert!(removed.status.success());
    let told = stderr(&removed);
    assert!(told.contains("“My table” is removed") && told.contains("No keyring was found"), "{told}");
    assert_eq!(names(&home), ["Sandbox"]);
    assert_eq!(listed(&home)[0]["default"], true, "there is always a default");
    let again = home.refused(&["profiles", "remove", "my table"], "", 2);
    assert!(again.contains("There is no profile named “my table”"), "{again}");
}

#[test]
fn an_environment_variable_counts_as_a_secret() {
    let home = Home::new();
    home.ok(&["profiles", "add", "My table", "--service", "teable"]);
    let mut command = home.command(&["profiles", "list", "--json"]);
    command.env("AFFIX_SECRET_MY_TABLE_TOKEN", "x");
    let profiles = objects(&stdout(&output(command, "")));
    assert_eq!(profiles[1]["secrets"], json!({"token": "environment"}));
}

#[test]
fn wrong_names_are_refused_with_what_there_is() {
    let home = Home::new();
    let base = ["profiles", "add", "X", "--service"];
    for (more, words) in [
        (&["dropbox"][..], &["“dropbox” is no service", "affix profiles services"][..]),
        (&["teable", "--set", "colour=red"], &["no setting “colour”", "base_url", "upload_type"]),
        (&["teable", "--set", "upload_type"], &["“upload_type” is not KEY=VALUE"]),
        (&["teable", "--set", "base_url=not an address"], &["base_url", "address"]),
        (&["forum", "--secret", "password"], &["no secret “password”", "api_key, api_secret"]),
    ] {
        let told = home.refused(&[&base, more].concat(), "secret\n", 2);
        for word in words {
            assert!(told.to_lowercase().contains(&word.to_lowercase()), "{more:?}: {word} is not in {told}");
        }
    }
    let told = home.refused(&["profiles", "add", " ", "--service", "teable"], "", 2);
    assert!(told.contains("The profile's name"), "{told}");
    assert_eq!(names(&home), ["Sandbox"], "nothing was added");
    let told = home.refused(&["profiles", "show", "Nobody"], "", 2);
    assert!(told.contains("“Nobody”") && told.contains("affix profiles list"), "{told}");
}

#[test]
fn names_are_unique_without_regard_to_case_and_the_sandbox_stays() {
    let home = Home::new();
    home.ok(&["profiles", "add", "Table", "--service", "teable"]);
    let told = home.refused(&["profiles", "add", "tABLE", "--service", "teable"], "", 2);
    assert!(told.contains("is there already"), "{told}");
    let told = home.refused(&["profiles", "add", "SANDBOX", "--service", "teable"], "", 2);
    assert!(told.contains("there already"), "{told}");
    for args in [
        &["profiles", "remove", "sandbox"][..],
        &["profiles", "edit", "Sandbox", "--set", "base_url=http://127.0.0.1:1"],
    ] {
        let told = home.refused(args, "", 2);
        assert!(told.contains("built in"), "{told}");
    }
    assert_eq!(names(&home), ["Sandbox", "Table"]);
}

#[test]
fn without_a_keyring_a_secret_is_refused_and_nothing_is_changed() {
    let home = Home::new();
    let told = home.refused(TOKEN, "hunter2\n", 2);
    assert!(told.contains("No keyring was found") && told.contains("AFFIX_SECRET_TABLE_TOKEN"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(names(&home), ["Sandbox"]);

    home.ok(&["profiles", "add", "Table", "--service", "teable"]);
    let before = home.settings();
    let edit = ["profiles", "edit", "Table", "--set", "upload_type=2", "--secret", "token"];
    let told = home.refused(&edit, "hunter2\n", 2);
    assert!(told.contains("No keyring was found"), "{told}");
    assert_eq!(home.settings(), before, "half of a change is worse than none");
    for entry in walk(home.path()) {
        let content = fs::read(&entry).unwrap();
        let found = content.windows(7).any(|seven| seven == b"hunter2");
        assert!(!found, "the secret is in {}", entry.display());
    }
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn an_empty_or_absent_secret_is_refused() {
    let home = Home::new();
    for stdin in ["", "\n", "  \n"] {
        let told = home.refused(TOKEN, stdin, 2);
        assert!(told.contains("The secret “") && told.contains("is empty"), "{told}");
    }
    // The second of two, where only one line is there.
    let forum =
        ["profiles", "add", "F", "--service", "forum", "--secret", "api_key", "--secret", "api_secret"];
    let told = home.refused(&forum, "one\n", 2);
    assert!(told.contains("is empty") && told.contains("order of --secret"), "{told}");
}

#[test]
fn a_demo_has_its_secrets_from_the_sandbox() {
    let home = Home::new();
    home.ok(&["profiles", "list"]);
    let told = home.refused(&["profiles", "edit", "Sandbox", "--secret", "token"], "x\n", 2);
    assert!(told.contains("has its secrets from the sandbox"), "{told}");
}

#[test]
fn comments_and_unknown_keys_stay_when_a_profile_is_added() {
    let home = Home::new();
    let text = "# mine\nfuture = 1 # keep\n\n[uploads]\n# slow line\nparallel = 2\n";
    home.set_settings(text);
    home.ok(&["profiles", "add", "Table", "--service", "teable"]);
    let after = home.settings();
    assert!(after.starts_with(text.trim_end()), "{after}");
    assert!(after.contains("name = \"Table\""), "{after}");
    home.ok(&["profiles", "remove", "Table"]);
    assert_eq!(home.settings().trim_end(), text.trim_end());
}

#[test]
fn an_export_has_no_secret_and_comes_back_as_it_was() {
    let home = Home::new();
    home.ok(&["profiles", "add", "Table", "--service", "teable", "--set", "upload_type=2"]);
    home.ok(&["profiles", "export", "Table", "table.toml"]);
    let text = fs::read_to_string(home.path().join("table.toml")).unwrap();
    assert!(text.contains("upload_type") && !text.contains("token"), "{text}");
    let told = home.refused(&["profiles", "import", "table.toml"], "", 2);
    assert!(told.contains("already"), "{told}");

    let before = listed(&home);
    home.ok(&["profiles", "remove", "Table"]);
    home.ok(&["profiles", "import", "table.toml"]);
    assert_eq!(listed(&home), before);
    let told = home.refused(&["profiles", "import", "absent.toml"], "", 2);
    assert!(told.contains("absent.toml cannot be read"), "{told}");
    home.file("broken.toml", b"name = [");
    home.refused(&["profiles", "import", "broken.toml"], "", 2);
}

#[test]
fn a_test_shows_the_request_and_its_answer_in_words() {
    let home = Home::new();
    let output = home.affix(&["profiles", "test", "Sandbox"], "");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("Asked GET /me"), "{}", stdout(&output));
    let told = stderr(&output);
    assert!(told.contains("GET http://127.0.0.1:") && told.contains("HTTP 200"), "{told}");
    assert!(!told.contains(home.credentials()["plain_token"].as_str().unwrap()), "{told}");

    // A wrong key of a service that really checks it.
    let base = format!("base_url={}/teable/api", home.origin());
    home.ok(&["profiles", "add", "Table", "--service", "teable", "--set", &base]);
    let mut command = home.command(&["profiles", "test", "Table"]);
    command.env("AFFIX_SECRET_TABLE_TOKEN", "teable_wrong");
    let refused = self::output(command, "");
    assert_eq!(refused.status.code(), Some(1));
    let told = stderr(&refused);
    assert!(told.contains("Test Table: ") && !told.contains("teable_wrong"), "{told}");
    let told = home.refused(&["profiles", "test", "Table"], "", 2);
    assert!(told.contains("AFFIX_SECRET_TABLE_TOKEN"), "{told}");
}

#[test]
fn the_list_is_in_columns_by_width_as_seen() {
    let home = Home::new();
    home.ok(&["profiles", "add", "表格 table", "--service", "teable"]);
    let list = home.ok(&["profiles", "list"]);
    let lines: Vec<_> = list.lines().collect();
    assert!(lines[0].starts_with("* Sandbox     sandbox  public"), "{list}");
    assert!(lines[1].starts_with("  表格 table  teable   "), "{list}");
}

#[test]
fn a_profile_has_limits_of_its_own_whatever_its_service() {
    let home = Home::new();
    let limits = ["--set", "parallel=2", "--set", "requests_per_minute=60"];
    home.ok(&[&["profiles", "add", "Table", "--service", "teable"], limits.as_slice()].concat());
    let kept = home.settings();
    assert!(kept.contains("parallel = 2\n") && kept.contains("requests_per_minute = 60\n"), "{kept}");
    let shown = home.ok(&["profiles", "show", "Table"]);
    assert!(shown.contains("parallel = 2\n") && shown.contains("requests_per_minute = 60\n"), "{shown}");
    for wrong in ["parallel=0", "parallel=65", "parallel=two", "requests_per_minute=6001"] {
        let told = home.refused(&["profiles", "edit", "Table", "--set", wrong], "", 2);
        assert!(told.contains("must be a whole number from 1 to"), "{told}");
    }
    home.ok(&["profiles", "edit", "Table", "--set", "parallel="]);
    let kept = home.settings();
    assert!(!kept.contains("parallel") && kept.contains("requests_per_minute = 60\n"), "{kept}");
}
