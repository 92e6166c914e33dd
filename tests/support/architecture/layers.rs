//! Layers and owners: which module may use which, and which crate belongs to whom.

use super::paths::{Named, named};
use super::{Breach, SourceFile, Tree};

/// What each module of the crate may use besides itself. Arrows point down only, so a module's list names only
/// modules of a row above it; the order of rows is the order of layers, from meaning to words.
const MAY_USE: &[(&str, &[&str])] = &[
    // Meaning: plain data and rules.
    ("domain", &[]),
    // Keeping.
    ("platform", &["domain"]),
    ("secrets", &["domain", "platform"]),
    ("settings", &["domain", "platform"]),
    ("store", &["domain", "platform"]),
    // Work. A service builds requests and reads replies: no disk, no settings look-ups. The sandbox reads the same
    // protocols with code of its own: what both shared would be wrong in both, unseen.
    ("media", &["domain", "platform"]),
    ("services", &["domain"]),
    ("sandbox", &["domain", "platform"]),
    // The engine joins the others' work; it starts the sandbox when a profile needs it.
    ("transfer", &["domain", "platform", "secrets", "settings", "store", "media", "services", "sandbox"]),
    // Windows and words. The model is plain data that both `ui` and `app` know; `ui` draws it and starts no work.
    ("model", &["domain", "settings", "store", "transfer"]),
    ("ui", &["domain", "settings", "store", "transfer", "model"]),
    (
        "app",
        &[
            "domain", "platform", "secrets", "settings", "store", "media", "services", "sandbox", "transfer",
            "model", "ui",
        ],
    ),
    (
        "cli",
        &[
            "domain", "platform", "secrets", "settings", "store", "media", "services", "sandbox", "transfer",
            "app",
        ],
    ),
];

/// A use that the table forbids and that stands all the same: in which file, of what, and why.
pub(crate) struct Exception {
    pub path: &'static str,
    pub uses: &'static str,
    pub reason: &'static str,
}

/// Each must be needed: an exception that nothing uses is a breach.
pub(crate) const EXCEPTIONS: &[Exception] = &[];

/// Crates that one place owns: the crate, and the starts of the paths that may name it.
const OWNED_CRATES: &[(&str, &[&str])] = &[
    ("arboard", &["src/platform/"]),
    ("apple_native_keyring_store", &["src/secrets/"]),
    ("axum", &["src/sandbox/"]),
    ("chardetng", &["src/media/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("console", &["src/cli/"]),
    ("directories", &["src/platform/"]),
    ("eframe", &["src/app", "src/ui/"]),
    ("egui", &["src/app", "src/ui/"]),
    ("encoding_rs", &["src/media/"]),
    ("hayro", &["src/media/"]),
    ("hyper", &["src/sandbox/"]),
    ("hyper_util", &["src/sandbox/"]),
    // The sandbox measures pictures by itself, as it reads everything.
    ("image", &["src/media/", "src/sandbox/"]),
    ("indicatif", &["src/cli/"]),
    ("keyring", &["src/secrets/"]),
    ("keyring_core", &["src/secrets/"]),
    ("lofty", &["src/media/"]),
    ("notify", &["src/platform/"]),
    ("openh264", &["src/media/"]),
    ("re_mp4", &["src/media/"]),
    ("resvg", &["src/media/"]),
    ("rfd", &["src/platform/"]),
    ("reqwest", &["src/services/http"]),
    ("rpassword", &["src/cli/"]),
    ("rusqlite", &["src/store/"]),
    ("rustls", &["src/services/http"]),
    ("rusty_s3", &["src/sandbox/"]),
    ("secret_service", &["src/secrets/"]),
    ("security_framework", &["src/secrets/"]),
    ("skrifa", &["src/media/"]),
    ("toml_edit", &["src/settings/"]),
    ("tower", &["src/sandbox/"]),
    ("windows_native_keyring_store", &["src/secrets/"]),
    // The window's own loop alone.
    ("winit", &["src/app/window.rs", "src/app/display.rs"]),
    ("wl_clipboard_rs", &["src/platform/"]),
    ("x11rb", &["src/platform/"]),
    ("zbus", &["src/platform/"]),
    ("zbus_secret_service_keyring_store", &["src/secrets/"]),
];

/// What the meaning layer never touches: the outside world has no place in plain data and rules.
const NOT_IN_DOMAIN: &[&str] = &[
    "axum",
    "hyper",
    "reqwest",
    "rusqlite",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "tokio",
];

/// Readings of the clock, which the meaning layer is handed as values.
const CLOCKS: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];

/// Every breach of layers and owners in the tree.
pub(crate) fn check(tree: &Tree, exceptions: &[Exception]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut needed = vec![false; exceptions.len()];
    for file in tree.program() {
        for name in named(file) {
            let found = [arrow_up(file, &name), foreign_crate(file, &name), outside_world(file, &name)];
            for what in found.into_iter().flatten() {
                let excepted =
                    exceptions.iter().position(|one| one.path == file.path && name.starts_with(one.uses));
                match excepted {
                    Some(index) => needed[index] = true,
                    None => breaches.push(file.breach(name.line, what)),
                }
            }
        }
    }
    for (exception, _) in exceptions.iter().zip(&needed).filter(|(_, needed)| !**needed) {
        let what = format!("nothing needs the exception for {} ({})", exception.uses, exception.reason);
        breaches.push(Breach { path: exception.path.to_owned(), line: 0, what });
    }
    breaches.extend(tree.program().filter_map(homeless));
    breaches.sort();
    breaches.dedup();
    breaches
}

/// A file of a module that the table does not know would be bound by nothing.
fn homeless(file: &SourceFile) -> Option<Breach> {
    let module = file.module();
    let top = module.first()?;
    let known = MAY_USE.iter().any(|(name, _)| name == top);
    (!known).then(|| file.breach(0, format!("`{top}` has no row in the table of layers (MAY_USE)")))
}

fn arrow_up(file: &SourceFile, name: &Named) -> Option<String> {
    let module = file.module();
    let from = module.first()?;
    let [root, to, ..] = name.segments.as_slice() else { return None };
    let is_module = MAY_USE.iter().any(|(module, _)| module == to);
    if root != "crate" || from == to || !is_module {
        return None;
    }
    let (_, allowed) = MAY_USE.iter().find(|(module, _)| module == from)?;
    (!allowed.contains(&to.as_str())).then(|| format!("`{from}` must not use `{}`", name.text()))
}

fn foreign_crate(file: &SourceFile, name: &Named) -> Option<String> {
    let first = name.segments.first()?;
    let (owned, owners) = OWNED_CRATES.iter().find(|(owned, _)| owned == first)?;
    // One segment alone is a variable or a module of that name; a crate is used through a path into it.
    let is_path = name.segments.len() > 1;
    let at_home = owners.iter().any(|owner| file.path.starts_with(owner));
    (is_path && !at_home).then(|| format!("`{owned}` belongs to {}: `{}`", owners.join(", "), name.text()))
}

fn outside_world(file: &SourceFile, name: &Named) -> Option<String> {
    if file.module().first()? != "domain" || name.segments.len() < 2 {
        return None;
    }
    let world = NOT_IN_DOMAIN.iter().any(|path| name.starts_with(path));
    let clock = CLOCKS.iter().any(|clock| name.ends_with(clock));
    (world || clock).then(|| format!("`domain` must not use `{}`", name.text()))
}

/// The table itself: arrows point to rows above, so that there is no circle.
pub(crate) fn circles() -> Vec<String> {
    let position = |name: &str| MAY_USE.iter().position(|(module, _)| *module == name);
    let mut wrong = Vec::new();
    for (row, (module, allowed)) in MAY_USE.iter().enumerate() {
        for used in *allowed {
            if position(used).is_none_or(|above| above >= row) {
                wrong.push(format!("{module} → {used}"));
            }
        }
    }
    wrong
}
