//! A sandbox and targets at its address, as if it were a service somewhere else.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use affix::sandbox::credentials::Credentials;
use affix::sandbox::files::Kept;
use affix::sandbox::{demo_secrets, demo_settings};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cli::{self, Home, PNG};

/// Longer than anything here takes; the runner's patience is longer still.
const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) const SERVICES: [&str; 6] = ["sandbox", "mixin", "teable", "cosmos", "cronofy", "forum"];

pub(crate) struct Stage {
    pub(crate) home: Home,
    pub(crate) port: u16,
    sandbox: Child,
    made: u64,
}

/// Counts of files.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) done: usize,
    pub(crate) unsure: usize,
    /// Objects that nobody has a link to.
    pub(crate) more: usize,
}

/// An upload under way.
pub(crate) struct Run {
    process: Child,
    err: PathBuf,
    pub(crate) begun: Instant,
}

impl Run {
    /// The exit code and what was told.
    pub(crate) fn end(mut self) -> (i32, String) {
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            if self.begun.elapsed() > PATIENCE {
                self.process.kill().unwrap();
                panic!("it did not end: {}", self.told());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        (status.code().unwrap(), self.told())
    }

    pub(crate) fn told(&self) -> String {
        std::fs::read_to_string(&self.err).unwrap()
    }
}

impl Stage {
    /// `settings` are lines of the settings file, with a target for each service, named as the service.
    pub(crate) fn new(settings: &str) -> Self {
        Self::at("127.0.0.1", settings)
    }

    /// The targets' addresses have this name for the sandbox's host.
    pub(crate) fn at(name: &str, settings: &str) -> Self {
        let mut home = Home::new();
        // The files here are pictures with a hole behind them, which a copy without metadata would not have.
        home.settings(&settings.replacen("[uploads]\n", "[uploads]\nremove_location = false\n", 1));
        let log = File::create(home.files().join("sandbox.log")).unwrap();
        let serve =
            home.command(&["sandbox", "--bind", "127.0.0.1:0"]).stdout(Stdio::null()).stderr(log).spawn();
        let facts = home.path().join("sandbox/server.json");
        cli::until("the sandbox serves", || facts.exists());
        let port: u16 = home.origin().rsplit(':').next().unwrap().parse().unwrap();
        let credentials = Credentials::load_or_create(&home.path().join("sandbox")).unwrap();
        for service in SERVICES {
            let settings = demo_settings(service, &format!("http://{name}:{port}"));
            let settings: Vec<_> =
                settings.iter().map(|(key, value)| format!("{key} = \"{value}\"")).collect();
            let settings = settings.join("\n");
            let profile =
                format!("service = \"{service}\"\nconfirmed = true\n[profiles.settings]\n{settings}");
            home.profile(&format!("net {service}"), &profile);
            for (key, secret) in demo_secrets(service, &credentials) {
                let variable = format!("AFFIX_SECRET_NET_{service}_{key}").to_uppercase();
                home.env(&variable, secret.expose());
            }
        }
        Self { home, port, sandbox: serve.unwrap(), made: 0 }
    }

    /// A picture of this size that no other is like.
    pub(crate) fn file(&mut self, size: u64) -> PathBuf {
        self.made += 1;
        let path = self.home.file(format!("picture-{:04}.png", self.made), PNG);
        let mut file = File::options().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut file, self.made.to_string().as_bytes()).unwrap();
        // The rest is a hole: nothing is written.
        file.set_len(size).unwrap();
        path
    }

    pub(crate) fn files(&mut self, count: usize, size: u64) -> Vec<PathBuf> {
        (0..count).map(|_| self.file(size)).collect()
    }

    pub(crate) fn upload(&self, service: &str, files: &[PathBuf]) -> Run {
        let err = self.home.files().join(format!("{service}.err"));
        let mut command = self.home.command(&["upload", "--profile", &format!("net {service}")]);
        command.args(files).stdout(Stdio::null()).stderr(File::create(&err).unwrap());
        Run { process: command.spawn().unwrap(), err, begun: Instant::now() }
    }

    /// What the sandbox does wrong at every request of that route.
    pub(crate) fn fault(&self, service: &str, step: &str, fault: &str) {
        self.home.fault(&json!({ "fault": fault, "service": service, "step": step }));
    }

    fn facts(&self) -> Vec<Kept> {
        let entries = std::fs::read_dir(self.home.path().join("sandbox/files")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some());
        let kept = paths.map(|path| serde_json::from_slice::<Kept>(&std::fs::read(path).unwrap()).unwrap());
        kept.filter(|kept| !kept.extra.contains_key("belongs_to")).collect()
    }

    /// Objects of a service.
    pub(crate) fn kept(&self, service: &str) -> usize {
        self.facts().iter().filter(|kept| kept.service == service).count()
    }

    /// Bytes that have come in of each request that is not over.
    pub(crate) fn coming_in(&self) -> Vec<u64> {
        let entries = std::fs::read_dir(self.home.path().join("sandbox/incoming")).unwrap();
        entries.map(|entry| entry.unwrap().metadata().map_or(0, |facts| facts.len())).collect()
    }

    /// The service has each of these exactly once, whole.
    pub(crate) fn assert_once(&self, service: &str, files: &[PathBuf]) {
        let mut there: Vec<_> =
            self.facts().into_iter().filter(|kept| kept.service == service).map(|kept| kept.sha256).collect();
        let mut sent: Vec<_> =
            files.iter().map(|path| hex::encode(Sha256::digest(std::fs::read(path).unwrap()))).collect();
        there.sort();
        sent.sort();
        assert_eq!(there.len(), sent.len(), "{service}: objects");
        assert!(there == sent, "{service}: other bytes are kept");
    }

    /// How the files of a service ended: done and there once, or unsure and there at most once. Where a repeat begins
    /// anew, more may be there, without a link.
    pub(crate) fn ended(&self, service: &str, files: &[PathBuf]) -> Ended {
        let kept = self.facts();
        let rows: Vec<_> = self.home.history().into_iter().filter(|row| row["service"] == service).collect();
        assert_eq!(rows.len(), files.len(), "{service}");
        let mut ended = Ended::default();
        for row in rows {
            let bytes = std::fs::read(row["file"].as_str().unwrap()).unwrap();
            let content = hex::encode(Sha256::digest(bytes));
            let there = kept.iter().filter(|kept| kept.sha256 == content).count();
            match row["status"].as_str() {
                Some("done") => {
                    ended.done += 1;
                    assert!(there > 0, "it is not there: {row}");
                }
                Some("unsure") => {
                    ended.unsure += 1;
                    assert!(matches!(service, "cronofy" | "forum"), "a repeat is known there: {row}");
                }
                _ => panic!("neither done nor unsure: {row}"),
            }
            let more = there.saturating_sub(1);
            assert!(more == 0 || matches!(service, "mixin" | "teable"), "{there} of {row}");
            ended.more += more;
        }
        ended
    }

    /// The rows of a service, all in one of these states.
    pub(crate) fn rows(&self, service: &str, status: &str) -> Vec<Value> {
        let mut rows = self.home.history();
        rows.retain(|row| row["service"] == service);
        assert!(!rows.is_empty() && rows.iter().all(|row| row["status"] == status), "not {status}: {rows:?}");
        rows
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Also where a test has failed: nothing of it stays behind.
        let _gone = self.sandbox.kill();
        let _ended = self.sandbox.wait();
    }
}
