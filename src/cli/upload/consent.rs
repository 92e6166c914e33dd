//! The questions before anything is sent to a target that is not the sandbox: is this what you want, and again?

use std::path::PathBuf;

use crate::cli::ask::{self, Reply, Twice};
use crate::cli::context::Context;
use crate::cli::line::{local_time, shown_path};
use crate::cli::say;
use crate::domain::describe::Visibility;
use crate::domain::error::Failure;
use crate::domain::profile::{Again, Profile};
use crate::domain::progress::human_duration;
use crate::domain::receipt::Receipt;
use crate::services::Service;
use crate::store::{Store, system_clock};
use crate::transfer::again::{Before, Lack};
use crate::transfer::consent::{self, First};

/// Files that are named in a question; more are counted.
const NAMED: usize = 5;

/// Asks unless it was answered before; false: the user does not want it.
pub(super) fn first_upload(
    context: &Context,
    profile: &Profile,
    service: &'static dyn Service,
    files: usize,
) -> Result<bool, Failure> {
    let Some(first) = consent::first_upload(&context.settings, profile, service) else { return Ok(true) };
    say::note(&what_happens(&first, files));
    match ask::question("Upload?", true) {
        Reply::Yes => Ok(true),
        Reply::No => Ok(false),
        Reply::Always => {
            context.file.set_confirmed(&profile.name)?;
            Ok(true)
        }
    }
}

/// What the target has of these files already and whose links are to be taken; asks where the profile does not say
/// what is wanted. None: the user does not want them there twice.
pub(super) async fn again(
    context: &Context,
    store: &Store,
    profile: &Profile,
    paths: &[PathBuf],
) -> Result<Option<Vec<Before>>, Failure> {
    let before = match consent::again(store, profile, paths, system_clock()).await? {
        consent::Again::Upload => return Ok(Some(Vec::new())),
        consent::Again::Existing(before) => return Ok(Some(before)),
        consent::Again::Ask(before) => before,
    };
    say::note(&what_is_there(&before, &profile.name, paths.len()));
    let existing = before.iter().any(Before::is_usable);
    let (remembered, taken) = match ask::twice("Upload all the same?", existing) {
        Twice::No => return Ok(None),
        Twice::Upload { always } => (always.then_some(Again::Upload), Vec::new()),
        Twice::Existing { always } => {
            let usable = before.into_iter().filter(Before::is_usable);
            (always.then_some(Again::Existing), usable.collect())
        }
    };
    if let Some(again) = remembered {
        context.file.set_again(&profile.name, again)?;
    }
    Ok(Some(taken))
}

/// Which files are there already, since when and where.
fn what_is_there(before: &[Before], profile: &str, files: usize) -> String {
    let mut lines = vec![match (before.len(), files) {
        (1, 1) => format!("“{profile}” has this file already:"),
        (some, all) => format!("“{profile}” has {some} of these {all} files already:"),
    }];
    for Before { path, row, lacks } in before.iter().take(NAMED) {
        let link = row.receipt.as_ref().and_then(Receipt::primary).map_or("", |link| link.value.as_str());
        let at = local_time(row.finished_at_ms.unwrap_or(row.added_at_ms));
        let lacks = match lacks {
            Some(Lack::Expired) => " (the link has expired)",
            Some(Lack::Broken) => " (the link did not give the file when it was checked)",
            None => "",
        };
        lines.push(format!("  {} on {at}  {link}{lacks}", shown_path(path)).trim_end().to_owned());
    }
    if before.len() > NAMED {
        lines.push(format!("  and {} more", before.len() - NAMED));
    }
    lines.join("\n")
}

/// What goes where, who will be able to see it, for how long.
fn what_happens(first: &First, files: usize) -> String {
    let things = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    let who = match first.visibility {
        Visibility::Public => "Everybody who has the link can see it.",
        Visibility::Expiring => "Everybody who has the link can see it until the link expires.",
        Visibility::Private => "Only who has this target's credential can see it.",
        Visibility::None => "There is no link: the service shows it where its id is used.",
    };
    let life = first.link_life.map(|life| format!(" Links live for {}.", human_duration(life.as_secs())));
    format!(
        "This is the first upload to “{}” ({}): {things} to {}. {who}{}",
        first.profile,
        first.service,
        first.host,
        life.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::receipt::LinkKind;
    use crate::store::{NewAttachment, NewBatch, SessionId};

    async fn before(count: usize) -> Vec<Before> {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("affix.db"), SessionId::fresh()).unwrap();
        let files = (0..count).map(|n| format!("{n}.jpg"));
        let files = files.map(|name| NewAttachment { path: PathBuf::from("/").join(&name), name }).collect();
        let batch = NewBatch { profile: "Bot".to_owned(), service: "mixin".to_owned() };
        let (batch, _) = store.add_batch(batch, files).await.unwrap();
        let rows = store.batch(batch).await.unwrap().into_iter();
        rows.map(|mut row| {
            let mut receipt = Receipt::default();
            receipt.push(LinkKind::View, format!("https://x/{}", row.name), Visibility::Public);
            row.receipt = Some(receipt);
            Before { path: row.path.clone(), row, lacks: None }
        })
        .collect()
    }

    #[tokio::test]
    async fn what_is_there_already_is_named_with_its_link() {
        let one = what_is_there(&before(1).await, "Bot", 1);
        assert!(one.starts_with("“Bot” has this file already:\n  /0.jpg on "), "{one}");
        assert!(one.ends_with("  https://x/0.jpg"), "{one}");
        let many = what_is_there(&before(7).await, "Bot", 9);
        assert!(many.starts_with("“Bot” has 7 of these 9 files already:\n  /0.jpg on "), "{many}");
        assert!(many.ends_with("  https://x/4.jpg\n  and 2 more"), "{many}");
        let mut stale = before(1).await;
        stale[0].lacks = Some(Lack::Expired);
        let stale = what_is_there(&stale, "Bot", 1);
        assert!(stale.ends_with("  https://x/0.jpg (the link has expired)"), "{stale}");
    }
}
