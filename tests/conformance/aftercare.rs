//! What the window does with an uploaded file, and what its row says afterwards.

use std::path::Path;

use affix::domain::attachment::{AttachmentId, State};
use affix::domain::error::Kind;
use affix::domain::receipt::{LinkKind, Receipt};
use affix::sandbox::faults::{Action, Fault};
use affix::transfer::again::uploaded_before;

use crate::live::{Live, RECORD_PROFILE};
use crate::reach;

async fn uploaded(live: &mut Live, profile: &str) -> (AttachmentId, Receipt) {
    let path = live.picture(3_000);
    let end = live.upload(profile, &path).await;
    assert_eq!(end.state, State::Done, "{profile}: {end:?}");
    (end.id, end.receipt().clone())
}

async fn kept(live: &Live, id: AttachmentId) -> Receipt {
    live.store.attachment(id).await.unwrap().unwrap().receipt.unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), bytes).unwrap();
}

/// Names in the folder that files are saved to.
fn saved(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_stays_in_the_list_without_its_links() {
    let mut live = Live::start().await;
    for profile in ["sandbox", "cosmos"] {
        let (id, receipt) = uploaded(&mut live, profile).await;
        let row = live.store.attachment(id).await.unwrap().unwrap();
        let before = live.activities(id).await.len();
        live.aftercare().delete(id).await.unwrap();
        assert_eq!(live.kept(profile).await.len(), 0, "{profile}");

        let left = kept(&live, id).await;
        assert_eq!((left.links.len(), left.extra.len(), left.sha256), (0, 0, receipt.sha256), "{profile}");
        assert!(left.deleted_at.is_some_and(|at| at > 1_700_000_000 && at < 100_000_000_000), "{profile}");
        assert_eq!(left.notes, ["Deleted at the service"]);
        assert_eq!(live.store.attachment(id).await.unwrap().unwrap().state, State::Done);
        let activity = live.activities(id).await;
        assert!(activity.len() > before && activity.last().unwrap().method == "DELETE", "{activity:?}");

        let asked = live.asked(profile).len();
        for again in [
            live.aftercare().delete(id).await,
            live.aftercare().renew(id).await.map(drop),
            live.aftercare().save(id, &live.folder.path().join("x")).await.map(drop),
        ] {
            assert_eq!(again.unwrap_err().kind, Kind::Gone, "{profile}");
        }
        assert_eq!(live.asked(profile).len(), asked, "{profile}: nothing is asked of what is gone");
        let before = uploaded_before(&live.store, profile, std::slice::from_ref(&row.path), 0).await.unwrap();
        assert!(before.is_empty(), "{profile}: it may be uploaded again unasked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_link_is_the_rows_own() {
    let mut live = Live::start().await;
    for profile in ["mixin", RECORD_PROFILE] {
        let (id, mut receipt) = uploaded(&mut live, profile).await;
        // Links of one second may be the same.
        receipt
            .links
            .iter_mut()
            .filter(|link| link.kind == LinkKind::View)
            .for_each(|link| link.value.clear());
        live.store.replace_receipt(id, receipt).await.unwrap();
        let before = live.activities(id).await.len();
        let renewed = live.aftercare().renew(id).await.unwrap();
        assert_eq!(kept(&live, id).await, renewed, "{profile}");
        assert_eq!(reach(&live, profile, &renewed).await.len(), 3_000, "{profile}");
        assert!(live.activities(id).await.len() > before, "{profile}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_saved_whole_or_not_at_all() {
    let mut live = Live::start().await;
    let (id, receipt) = uploaded(&mut live, "cosmos").await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("saved.png");
    write(&to, b"an older file");
    let before = live.activities(id).await.len();

    live.fault(Fault::new(Action::CutAnswer));
    let failure = live.aftercare().save(id, &to).await.unwrap_err();
    let asked = failure.asked.unwrap();
    assert!(asked.starts_with("Save picture-") && asked.ends_with(".png from cosmos"), "{asked}");
    assert_eq!(std::fs::read(&to).unwrap(), b"an older file");
    assert_eq!(saved(folder.path()), ["saved.png"], "nothing half is left");
    assert!(live.activities(id).await.len() > before, "also a failure is kept");

    live.server.faults().clear();
    assert_eq!(live.aftercare().save(id, &to).await.unwrap(), 3_000);
    assert!(std::fs::read(&to).unwrap() == reach(&live, "cosmos", &receipt).await);
    assert_eq!(saved(folder.path()), ["saved.png"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let other = folder.path().join("other");
        write(&other, b"");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&to), mode(&other), "as other files of the user");
    }

    let absent = folder.path().join("absent/saved.png");
    let failure = live.aftercare().save(id, &absent).await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.broke),
        (Kind::Storage, format!("{} cannot be written", absent.display()))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_refuses_changes_nothing_and_says_what_was_asked() {
    let mut live = Live::start().await;
    let (id, receipt) = uploaded(&mut live, "forum").await;
    let (file, to) = (live.picture(10_000), live.folder.path().join("x"));
    let name = live.store.attachment(id).await.unwrap().unwrap().name;
    let failures = [
        (live.aftercare().delete(id).await.unwrap_err(), format!("Delete {name} at forum")),
        (live.aftercare().renew(id).await.unwrap_err(), format!("Renew the link of {name} at forum")),
        (live.aftercare().save(id, &to).await.unwrap_err(), format!("Save {name} from forum")),
    ];
    for (failure, asked) in failures {
        assert_eq!((failure.kind, failure.asked), (Kind::Refused, Some(asked)));
    }
    assert_eq!(kept(&live, id).await, receipt);
    assert!(!to.exists());

    live.fault(Fault::new(Action::StallAnswer).on("sandbox", "upload"));
    let (batch, ids) =
        live.handle.submit(vec![file], "sandbox", affix::transfer::Repairs::Refuse).await.unwrap();
    let failure = live.aftercare().delete(ids[0]).await.unwrap_err();
    assert_eq!((failure.kind, failure.broke.as_str()), (Kind::Gone, "The file was not uploaded"));
    live.handle.cancel(affix::transfer::Scope::Batch(batch)).await.unwrap();
    let failure = live.aftercare().delete(AttachmentId(4711)).await.unwrap_err();
    assert_eq!(failure.broke, "The file is not in the history any more");
}
