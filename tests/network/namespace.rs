//! A network for one test alone.

use std::process::{Command, Output};

/// Set in the process that is inside.
const INSIDE: &str = "AFFIX_TEST_NETWORK";

/// What a network needs that looks like one: an interface, and a way out.
const UP: &str = "ip link set lo up && ip route replace default dev lo";

/// Runs the body of the test of this name, such as `cuts::one`, in a network of its own.
pub(crate) fn alone(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        shell(UP);
        return body();
    }
    let tried =
        unshare().args(["sh", "-c"]).arg(format!("{UP} && iptables -S && tc qdisc show dev lo")).output();
    let not_there = match &tried {
        Err(error) => Some(format!("unshare: {error}")),
        Ok(tried) if !tried.status.success() => Some(words(tried)),
        Ok(_) => None,
    };
    if let Some(reason) = not_there {
        eprintln!("NOT RUN: {test}: this computer gives no network of its own: {}", reason.trim());
        return;
    }
    let inside = unshare()
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    assert!(inside.status.success(), "{}{}", String::from_utf8_lossy(&inside.stdout), words(&inside));
    eprint!("{}", words(&inside));
}

/// A network and mounts of its own, with the rights to change them: as root, or as a user who is root in there.
fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount"]);
    let id = Command::new("id").arg("-u").output().map(|id| id.stdout).unwrap_or_default();
    if id.trim_ascii() != b"0" {
        command.arg("--map-root-user");
    }
    command
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// One command of the system, which must go well.
pub(crate) fn shell(command: &str) {
    let ran = Command::new("sh").args(["-ec", command]).output().unwrap();
    assert!(ran.status.success(), "{command}: {}", words(&ran));
}

/// A rule that what goes to or comes from a port has to pass; lifted when it is dropped.
#[derive(Debug)]
pub(crate) struct Rule(String);

impl Rule {
    /// `target` is what happens to the packets: `DROP`, or more words of iptables.
    pub(crate) fn new(packets: &str, target: &str) -> Self {
        let rule = format!("INPUT -i lo {packets} {target}");
        shell(&format!("iptables -w -I {rule}"));
        Self(rule)
    }

    /// All that is sent to the port vanishes, and all that it answers.
    pub(crate) fn drop_all(port: u16) -> [Self; 2] {
        [Self::drop_requests(port), Self::drop_answers(port)]
    }

    pub(crate) fn drop_requests(port: u16) -> Self {
        Self::new(&format!("-p tcp --dport {port}"), "-j DROP")
    }

    pub(crate) fn drop_answers(port: u16) -> Self {
        Self::new(&format!("-p tcp --sport {port}"), "-j DROP")
    }

    /// What is sent to the port is answered with a reset, as where nobody listens and where a box on the way cuts.
    pub(crate) fn reset(port: u16) -> Self {
        Self::new(&format!("-p tcp --dport {port}"), "-j REJECT --reject-with tcp-reset")
    }
}

impl Drop for Rule {
    fn drop(&mut self) {
        shell(&format!("iptables -w -D {}", self.0));
    }
}

/// The interface goes away, with all that led over it.
pub(crate) fn take_down() {
    shell("ip link set lo down");
}

pub(crate) fn bring_up() {
    shell(UP);
}
