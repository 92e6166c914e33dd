//! The drawing alone, on a model that the test makes by hand: states that are hard to bring about stand still there.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests may panic; every test file uses another part"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use affix::domain::attachment::{AttachmentId, BatchId, Priority, State};
use affix::domain::describe::Visibility;
use affix::domain::error::{Failure, Kind, Step};
use affix::domain::link_check::{LinkCheck, LinkState};
use affix::domain::profile::Profile;
use affix::domain::receipt::{LinkKind, Receipt};
use affix::model::detail::Loaded;
use affix::model::targets::Target;
use affix::model::{Action, Model};
use affix::services::{self, Service};
use affix::store::{BatchTotals, Group, Outline, Overall, Row, SessionId};
use affix::transfer::{HostWait, WaitReason};
use affix::ui::text::{Language, Texts};
use affix::ui::{self, Cx};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Theme, Ui, ViewportId, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

/// 2026-11-20, 15:00 UTC.
pub const NOW_MS: i64 = 1_795_186_800_000;
pub const BATCH: BatchId = BatchId(1);
pub const PROFILE: &str = "Product bot";
pub const HOST: &str = "api.mixin.one";

pub struct Shown {
    pub model: Model,
    pub state: ui::State,
    pub texts: Texts,
    pub actions: Vec<Action>,
    installed: bool,
}

pub struct Stage {
    pub harness: Harness<'static, Shown>,
}

/// One row of the target, in this state.
pub fn row(id: i64, name: &str, state: State) -> Row {
    Row {
        id: AttachmentId(id),
        batch: BATCH,
        position: u32::try_from(id).unwrap(),
        path: format!("/home/anna/{name}").into(),
        name: name.to_owned(),
        size: Some(2_100_000),
        mime: None,
        modified: None,
        pixels: None,
        duration_secs: None,
        profile: PROFILE.to_owned(),
        service: "mixin".to_owned(),
        state,
        step: None,
        attempts: 1,
        failure: None,
        receipt: None,
        checkpoint: None,
        answer_lost: false,
        added_at_ms: NOW_MS - 300_000,
        started_at_ms: None,
        finished_at_ms: None,
        session: SessionId::fresh(),
        held: false,
        priority: Priority::Normal,
        rank: id,
        whole_at_ms: None,
        content: None,
        link_check: None,
        repairs: Vec::new(),
        sent: None,
    }
}

/// One that is done, with a link, and how that was found.
pub fn done(id: i64, name: &str, check: Option<LinkState>) -> Row {
    let mut receipt = Receipt::default();
    receipt.push(LinkKind::View, format!("https://example.com/{id}/{name}"), Visibility::Public);
    let why = (check != Some(LinkState::Verified)).then(|| "The service does not know the file".to_owned());
    let status = Some(if why.is_some() { 404 } else { 200 });
    let link_check = check.map(|state| LinkCheck { state, at_ms: NOW_MS - 125_000, status, why });
    Row {
        receipt: Some(receipt),
        link_check,
        finished_at_ms: Some(NOW_MS - 130_000),
        ..row(id, name, State::Done)
    }
}

/// One that was sent whole and got no answer.
pub fn unsure(id: i64, name: &str) -> Row {
    let failure =
        Failure::new(Kind::Timeout, "The answer was lost").cause("connection reset by peer").at(Step::Send);
    Row {
        failure: Some(failure),
        whole_at_ms: Some(NOW_MS - 60_000),
        answer_lost: true,
        ..row(id, name, State::Unsure)
    }
}

pub fn waits(host: &str, reason: WaitReason, secs: u64) -> HostWait {
    HostWait {
        host: host.to_owned(),
        profiles: vec![PROFILE.to_owned()],
        reason,
        failure: Failure::new(Kind::RateLimited, "The service asked to wait"),
        after: Duration::from_secs(secs),
    }
}

fn target(name: &str, service: &str) -> Target {
    let profile = Profile {
        name: name.to_owned(),
        service: service.to_owned(),
        settings: BTreeMap::new(),
        confirmed: true,
        ..Profile::default()
    };
    let service = services::find(service).map(Service::description);
    Target { profile, service, host: Some(HOST.to_owned()) }
}

/// A model of these rows; a batch's are beside each other.
pub fn model(rows: Vec<Row>) -> Model {
    let mut model = Model { ready: true, now_ms: NOW_MS, ..Model::default() };
    let list = &mut model.list;
    let mut groups: Vec<Group> = Vec::new();
    for (first, row) in rows.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if group.batch == row.batch => group.count += 1,
            _ => groups.push(Group { batch: row.batch, first, count: 1 }),
        }
    }
    for group in &groups {
        let rows = &rows[group.first..group.first + group.count];
        let (by_state, bytes, done_bytes) = sums(rows);
        let (profile, service) = (rows[0].profile.clone(), rows[0].service.clone());
        let (batch, added_at_ms) = (group.batch, NOW_MS - 300_000);
        let totals = BatchTotals { batch, profile, service, added_at_ms, by_state, bytes, done_bytes };
        list.batches.insert(batch, totals);
    }
    let (by_state, total_bytes, done_bytes) = sums(&rows);
    let ids: Vec<AttachmentId> = rows.iter().map(|row| row.id).collect();
    list.outline = Some(Arc::new(Outline { groups, ids: ids.clone() }));
    list.counts = by_state.clone();
    list.overall = Overall { total_bytes, done_bytes, by_state };
    list.moving.overall.total_bytes = total_bytes;
    list.moving.overall.sent_bytes = done_bytes;
    list.rows.arrived(&ids, rows);
    list.targets_used = vec![PROFILE.to_owned()];
    model.targets.all = vec![target("Sandbox", "sandbox"), target(PROFILE, "mixin")];
    model.targets.picked = PROFILE.to_owned();
    model.targets.loaded = true;
    model
}

/// By state, all bytes, those that are done.
fn sums(rows: &[Row]) -> (Vec<(State, u64)>, u64, u64) {
    let count = |state: State| rows.iter().filter(|row| row.state == state).count() as u64;
    let by_state = State::ALL.map(|state| (state, count(state))).into_iter();
    let bytes = |is_meant: fn(&&Row) -> bool| rows.iter().filter(is_meant).filter_map(|row| row.size).sum();
    let done = |row: &&Row| row.state == State::Done;
    (by_state.filter(|(_, count)| *count > 0).collect(), bytes(|_| true), bytes(done))
}

impl Stage {
    pub fn new(model: Model) -> Self {
        Self::in_language(model, Language::English)
    }

    pub fn in_language(model: Model, language: Language) -> Self {
        Self::of_size(model, language, (1100.0, 720.0))
    }

    pub fn of_size(model: Model, language: Language, (width, height): (f32, f32)) -> Self {
        let frame = |ui: &mut Ui, shown: &mut Shown| {
            if !std::mem::replace(&mut shown.installed, true) {
                // Its fonts count from the next frame on.
                return ui::install(ui.ctx());
            }
            let Shown { model, state, texts, actions, .. } = shown;
            ui::show(ui, &mut Cx { model, state, texts, actions });
        };
        let texts = Texts::new(language);
        let shown =
            Shown { model, state: ui::State::default(), texts, actions: Vec::new(), installed: false };
        let builder =
            Harness::builder().with_size(vec2(width, height)).with_step_dt(0.02).allow_missing_glyphs();
        let mut stage = Self { harness: builder.build_ui_state(frame, shown) };
        stage.draw();
        stage
    }

    pub fn theme(&mut self, theme: Theme) {
        self.harness.ctx.set_theme(theme);
        self.draw();
    }

    pub fn draw(&mut self) {
        self.harness.run_steps(4);
    }

    pub fn model(&mut self) -> &mut Model {
        &mut self.harness.state_mut().model
    }

    /// Changes the model and draws it.
    pub fn change(&mut self, change: impl FnOnce(&mut Model)) {
        change(self.model());
        self.draw();
    }

    /// What was asked for since the last time.
    pub fn asked(&mut self) -> Vec<String> {
        let actions = std::mem::take(&mut self.harness.state_mut().actions);
        let told =
            actions.iter().filter(|action| matches!(action, Action::Transfer(_) | Action::Preferences(_)));
        told.map(|action| format!("{action:?}")).collect()
    }

    /// Shows this row in the inspector.
    pub fn inspect(&mut self, row: Row) {
        self.change(|model| {
            model.detail.id = Some(row.id);
            model.detail.loaded =
                Some(Loaded { row: row.into(), activity: Vec::new(), attempts: Vec::new() });
        });
    }

    /// Every name and every text on the screen.
    pub fn words(&self) -> Vec<String> {
        let nodes = self.harness.root().children_recursive();
        nodes
            .flat_map(|node| {
                let node = node.accesskit_node();
                [node.label(), node.value()].into_iter().flatten().collect::<Vec<_>>()
            })
            .collect()
    }

    pub fn says(&self, part: &str) -> bool {
        self.words().iter().any(|words| words.contains(part))
    }

    pub fn has(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    /// What a screen reader may add to the name of a row.
    #[track_caller]
    pub fn described(&self, name: &str) -> String {
        self.harness.get_by_label(name).accesskit_node().description().unwrap_or_default()
    }

    #[track_caller]
    pub fn click(&mut self, name: &str) {
        self.nth(name, 0);
    }

    /// Clicks the one at this place among those of this name.
    #[track_caller]
    pub fn nth(&mut self, name: &str, nth: usize) {
        let found = self.harness.query_all_by_label(name).nth(nth);
        found.unwrap_or_else(|| panic!("no {name} at {nth} in {:#?}", self.words())).click();
        self.draw();
    }

    #[track_caller]
    pub fn click_secondary(&mut self, name: &str) {
        self.harness.get_by_label(name).click_secondary();
        self.draw();
    }

    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.draw();
    }

    #[track_caller]
    pub fn is_enabled(&self, name: &str) -> bool {
        let node = self.harness.query_all_by_label(name).next().unwrap();
        !node.accesskit_node().is_disabled()
    }

    /// The name of what has the keyboard.
    pub fn focused(&self) -> Option<String> {
        let mut nodes = self.harness.root().children_recursive();
        nodes.find(egui_kittest::Node::is_focused).and_then(|node| node.accesskit_node().label())
    }

    /// The clock on the wall is another one in other zones: it is left out of the next picture.
    pub fn mask_times(&mut self) {
        let told = |node: &egui_kittest::Node<'_>| {
            let node = node.accesskit_node();
            let words = [node.label(), node.value()].into_iter().flatten().collect::<String>();
            ["Today", "Yesterday"].iter().any(|word| words.contains(word))
        };
        let places: Vec<_> =
            self.harness.root().children_recursive().filter(told).map(|node| node.rect()).collect();
        for place in places {
            self.harness.mask(place);
        }
    }

    pub fn count(&self, name: &str) -> usize {
        self.harness.query_all_by_label(name).count()
    }

    #[track_caller]
    pub fn focus(&mut self, name: &str) {
        self.harness.query_all_by_label(name).next().unwrap().focus();
        self.draw();
    }

    #[track_caller]
    pub fn type_into(&mut self, label: &str, text: &str) {
        let field = self.harness.get_by_role_and_label(Role::TextInput, label);
        field.focus();
        field.type_text(text);
        self.draw();
    }

    /// How long egui may sleep now.
    pub fn sleeps(&self) -> Duration {
        self.harness.output().viewport_output[&ViewportId::ROOT].repaint_delay
    }
}
