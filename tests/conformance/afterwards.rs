//! What can be done with an uploaded file: deleted, renewed, saved; or said to be impossible.

use affix::domain::attachment::State;
use affix::domain::error::Kind;
use affix::domain::receipt::LinkKind;

use crate::live::{Live, plain};
use crate::{all, reach};

/// Where Teable gives fresh links: for files in a record.
const RECORD: &[(&str, &str)] = &[("table_id", "tbl1"), ("record_id", "rec1"), ("field_id", "fld1")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_declared_works_and_the_rest_says_that_it_does_not() {
    let mut live = Live::start().await;
    // A record is where Teable gives fresh links; the others have no such setting.
    live.profile("teable", "teable", RECORD);
    for (description, capability, _) in all() {
        let id = description.id;
        let path = live.picture(300);
        let end = live.upload(id, &path).await;
        assert_eq!(end.state, State::Done, "{id}: {end:?}");
        let (service, mut stored) = live.stored(id, end.receipt());
        let mut exchange = live.exchange(id);
        let before = live.asked(id).len();

        let saved = service.save(&stored, &mut Vec::new(), &mut exchange).await;
        assert_eq!(saved.is_ok(), capability.saves, "{id}: {saved:?}");
        let renewed = service.renew(&stored, &mut exchange).await;
        assert_eq!(renewed.is_ok(), capability.renews, "{id}: {renewed:?}");
        if let Ok(renewed) = &renewed {
            assert_eq!(renewed.link(LinkKind::Id), end.receipt().link(LinkKind::Id), "{id}");
            assert_eq!(renewed.sha256, end.receipt().sha256, "{id}");
            assert!(reach(&live, id, renewed).await == std::fs::read(&path).unwrap(), "{id}");
            stored.receipt = renewed.clone();
        }
        let deleted = service.delete(&stored, &mut exchange).await;
        assert_eq!(deleted.is_ok(), capability.deletes, "{id}: {deleted:?}");
        assert_eq!(live.kept(id).await.len(), usize::from(!capability.deletes), "{id}");
        if capability.deletes {
            service.delete(&stored, &mut exchange).await.unwrap_or_else(|error| panic!("{id}: {error}"));
            if let Some(view) = stored.receipt.link(LinkKind::View) {
                assert_eq!(plain("GET", view).await.0, 404, "{id}: the link is dead");
            }
        }
        let refusals = [saved.err(), renewed.err(), deleted.err()];
        for failure in refusals.iter().flatten() {
            assert_eq!(failure.kind, Kind::Refused, "{id}");
            assert!(failure.broke.contains("cannot"), "{id}: {failure}");
        }
        let works = capability.saves || capability.renews || capability.deletes;
        assert_eq!(live.asked(id).len() > before, works, "{id}: requests are made for what works only");
        live.reset().await;
    }
}
