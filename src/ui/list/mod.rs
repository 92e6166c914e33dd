//! The list of attachments, grouped by batch. It draws what is visible and asks for what it lacks.

pub(in crate::ui) mod actions;
mod batch;
mod empty;
mod grid;
mod keys;
mod layout;
mod menu;
mod pick;
mod row;
mod scroll;
mod select;
mod tabs;
pub(in crate::ui) mod waits;
pub(in crate::ui) mod words;

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{Rect, Sense, Ui, UiBuilder, accesskit::Role, pos2, vec2};

use super::Cx;
use super::dialogs::changes;
use super::tokens::{Tokens, Type, size};
use super::widgets::text;
use crate::domain::attachment::{AttachmentId, BatchId};
use crate::model::list::{self, Filter};
use crate::model::{Action, Model};
use crate::store::{Group, Outline, Row};
use layout::{Kind, Layout};

pub(super) use tabs::want;

#[derive(Debug, Default)]
pub struct State {
    /// What is typed into the search field.
    pub(super) search: String,
    /// When it is searched for, in egui's seconds.
    pub(super) search_due: Option<f64>,
    /// As it was last chosen; the settings' until then.
    grid: Option<bool>,
    selection: select::Selection,
    scroll: scroll::Scroll,
    layout: Option<Layout>,
    /// The batches whose numbers were asked for last.
    told: Vec<BatchId>,
    /// The batch that is brought to the top once it is in the list.
    reveal: Option<BatchId>,
}

impl State {
    /// Brings a batch to the top, as soon as the list has it.
    pub fn reveal(&mut self, batch: BatchId) {
        self.search.clear();
        self.search_due = None;
        self.reveal = Some(batch);
    }

    fn is_grid(&self, model: &Model) -> bool {
        self.grid.unwrap_or(model.settings.window.view == "grid")
    }
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    if let Some(trouble) = &cx.model.trouble {
        let words = cx.texts.failure(trouble);
        ui.vertical_centered(|ui| {
            ui.add_space(80.0);
            text(ui, Type::Heading, Tokens::of(ui).error_text, words);
            if let Some(cause) = &trouble.cause {
                text(ui, Type::Small, Tokens::of(ui).text_2, cause);
            }
        });
        return;
    }
    let Some(outline) = cx.model.list.outline.clone() else { return };
    let any = cx.model.list.count(Filter::All) > 0 || !outline.ids.is_empty();
    if !any {
        if !cx.model.list.counts.is_empty() {
            empty::show(ui, cx);
        }
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    tabs::show(ui, cx);
    if outline.ids.is_empty() {
        tabs::nothing_ui(ui, cx);
    } else {
        list_ui(ui, cx, &outline);
    }
}

/// What is selected, in the order shown.
pub(super) fn selected(cx: &Cx<'_>) -> Vec<AttachmentId> {
    let outline = cx.model.list.outline.as_ref();
    outline.map(|outline| cx.state.list.selection.of(&outline.ids)).unwrap_or_default()
}

/// Whether something of it has a place in the queue, as far as its rows are here.
pub(super) fn selection_waits(cx: &Cx<'_>) -> bool {
    any_selected(cx, |row| menu::MOVABLE.contains(&row.state))
}

/// The one that is selected, where it is not sent yet.
pub(super) fn one_to_change(cx: &Cx<'_>) -> Option<AttachmentId> {
    let selection = &cx.state.list.selection;
    let row = cx.model.list.rows.get(selection.cursor?)?;
    let alone = !selection.is_several() && selection.has(row.id);
    (alone && changes::can_be_changed(row)).then_some(row.id)
}

pub(super) fn selection_has_links(cx: &Cx<'_>) -> bool {
    any_selected(cx, actions::can_be_checked)
}

fn any_selected(cx: &Cx<'_>, is_meant: impl Fn(&Row) -> bool) -> bool {
    let selection = &cx.state.list.selection;
    !selection.is_empty() && cx.model.list.rows.any(|row| selection.has(row.id) && is_meant(row))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of columns")]
fn kind_for(grid: bool, width: f32) -> Kind {
    if grid {
        Kind::Grid { columns: ((width - 2.0 * size::GAP) / size::CELL_WIDTH).floor().max(1.0) as usize }
    } else {
        Kind::Rows
    }
}

fn list_ui(ui: &mut Ui, cx: &mut Cx<'_>, outline: &Arc<Outline>) {
    let view = ui.available_rect_before_wrap();
    ui.allocate_rect(view, Sense::hover());
    let kind = kind_for(cx.state.list.is_grid(cx.model), view.width());
    let layout = cx.state.list.layout.take().filter(|layout| layout.is_for(outline, kind));
    let layout = layout.unwrap_or_else(|| Layout::new(outline.clone(), kind));
    keys::take(ui, cx, &layout, view);
    if let Some(batch) = cx.state.list.reveal
        && let Some(group) = outline.groups.iter().position(|group| group.batch == batch)
    {
        cx.state.list.reveal = None;
        cx.state.list.scroll.to(layout.top(group));
    }
    cx.state.list.scroll.wheel(ui, view, layout.height());
    let name = cx.texts.get("uploads").to_owned();
    let builder = UiBuilder::new()
        .id_salt("uploads")
        .max_rect(view)
        .accessibility_role(Role::List)
        .accessibility_label(&name);
    let mut inside = ui.new_child(builder);
    inside.set_clip_rect(view.intersect(ui.clip_rect()));
    Window::new(&layout, view, cx.state.list.scroll.offset()).draw(&mut inside, cx);
    cx.state.list.scroll.bar_ui(&inside, view, layout.height(), &name);
    cx.state.list.layout = Some(layout);
}

/// The part of the list that is on the screen.
struct Window<'a> {
    layout: &'a Layout,
    view: Rect,
    from: f64,
    to: f64,
}

impl<'a> Window<'a> {
    fn new(layout: &'a Layout, view: Rect, from: f64) -> Self {
        Self { layout, view, from, to: from + f64::from(view.height()) }
    }

    fn draw(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let groups = self.layout.groups(self.from, self.to);
        let mut wanted = Vec::new();
        for index in groups.clone() {
            self.group_ui(ui, cx, index);
            self.missing(cx, index, &mut wanted);
        }
        self.around(cx, &mut wanted);
        if !wanted.is_empty() {
            cx.push(Action::List(list::Action::Need(wanted)));
        }
        let shown: Vec<BatchId> = self
            .layout
            .outline
            .groups
            .get(groups)
            .unwrap_or_default()
            .iter()
            .map(|group| group.batch)
            .collect();
        if shown != cx.state.list.told {
            cx.state.list.told.clone_from(&shown);
            cx.push(Action::List(list::Action::NeedBatches(shown)));
        }
    }

    /// On the screen, on whole pixels: text does not swim while the list moves.
    #[expect(clippy::cast_possible_truncation, reason = "within a screen or so")]
    fn y(&self, top: f64) -> f32 {
        self.view.top() + ((top - self.from) as f32).round()
    }

    /// A batch: its header, which stays while its rows pass, then the rows.
    fn group_ui(&self, ui: &mut Ui, cx: &mut Cx<'_>, index: usize) {
        let Some(group) = self.layout.outline.groups.get(index).copied() else { return };
        let next = self.y(self.layout.top(index + 1));
        let top = self.y(self.layout.top(index)).max(self.view.top()).min(next - size::BATCH);
        let header = Rect::from_min_size(pos2(self.view.left(), top), vec2(self.view.width(), size::BATCH));
        batch::show(ui, cx, header, group, index > 0 && top > self.view.top());
        let whole = ui.clip_rect();
        ui.set_clip_rect(whole.with_min_y(header.bottom().max(whole.top())));
        for member in self.layout.members(index, self.from, self.to) {
            if let Some(id) = self.layout.outline.ids.get(group.first + member).copied() {
                self.member_ui(ui, cx, (index, member), id);
            }
        }
        ui.set_clip_rect(whole);
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of columns")]
    fn member_ui(&self, ui: &mut Ui, cx: &mut Cx<'_>, (group, member): (usize, usize), id: AttachmentId) {
        let top = self.y(self.layout.member_top(group, member));
        match self.layout.kind {
            Kind::Rows => {
                let rect =
                    Rect::from_min_size(pos2(self.view.left(), top), vec2(self.view.width(), size::ROW));
                row::show(ui, cx, rect, id);
            }
            Kind::Grid { columns } => {
                let width = (self.view.width() - 2.0 * size::GAP) / columns as f32;
                let left = self.view.left() + size::GAP + width * (member % columns) as f32;
                let rect = Rect::from_min_size(pos2(left, top), vec2(width, size::CELL_HEIGHT));
                grid::show(ui, cx, rect, id);
            }
        }
    }

    fn ids(&self, index: usize, (from, to): (f64, f64)) -> &'a [AttachmentId] {
        let Some(Group { first, .. }) = self.layout.outline.groups.get(index) else { return &[] };
        let Range { start, end } = self.layout.members(index, from, to);
        self.layout.outline.ids.get(first + start..first + end).unwrap_or_default()
    }

    /// Rows on the screen that are not here or not true any more.
    fn missing(&self, cx: &Cx<'_>, index: usize, wanted: &mut Vec<AttachmentId>) {
        let ids = self.ids(index, (self.from, self.to));
        wanted.extend(ids.iter().copied().filter(|id| cx.model.list.rows.wants(*id)));
    }

    /// Rows a screen before and behind that are not here: scrolling finds them ready.
    fn around(&self, cx: &Cx<'_>, wanted: &mut Vec<AttachmentId>) {
        let height = self.to - self.from;
        let rows = &cx.model.list.rows;
        for (from, to) in [((self.from - height).max(0.0), self.from), (self.to, self.to + height)] {
            for index in self.layout.groups(from, to) {
                let ids = self.ids(index, (from, to)).iter().copied();
                wanted.extend(ids.filter(|id| rows.get(*id).is_none() && rows.wants(*id)));
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
    }
}
