//! A computer without certificates, as a small container is one: what stays on it works, the rest says what is missing.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use assert_cmd::Command;
use predicates::str::contains;

/// A home of its own; its sandbox ends with it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn affix(&self) -> Command {
        let mut command = Command::cargo_bin("affix").unwrap();
        // Read by rustls-native-certs in place of the system's folders.
        command.env("SSL_CERT_FILE", self.0.path().join("none.pem")).env("AFFIX_HOME", self.0.path());
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("SSL_CERT_DIR");
        command
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _none_runs = self.affix().args(["sandbox", "--stop"]).output();
    }
}

#[test]
fn the_sandbox_needs_no_certificates() {
    let home = Home::new();
    home.affix().args(["upload", "Cargo.toml"]).assert().success().stdout(contains("/Cargo.toml"));
}

#[test]
fn a_service_outside_says_that_there_are_none() {
    let home = Home::new();
    home.affix().args(["profiles", "add", "Bot", "--service", "mixin"]).assert().success();
    let mut upload = home.affix();
    upload.env("AFFIX_SECRET_BOT_TOKEN", "a.b.c").args(["upload", "--yes", "--profile", "Bot", "Cargo.toml"]);
    upload
        .assert()
        .code(1)
        .stderr(contains("No secure connection is possible from this computer"))
        .stderr(contains("No CA certificates were loaded from the system"))
        .stderr(contains("Install the system's certificates (ca-certificates)"));
}
