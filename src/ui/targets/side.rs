//! The targets that there are, and those that were begun and not added.

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    CornerRadius, Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::{Page, page, tile, words};
use crate::domain::describe::Description;
use crate::model::targets::{Subject, Target};
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{focus_ring, paint_elided};

const ROW: f32 = 52.0;

/// One row of the list.
struct Row {
    subject: Subject,
    name: String,
    facts: String,
    service: Option<&'static Description>,
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let shown = page(cx);
    let rows: Vec<Row> = cx.model.targets.all.iter().map(|target| of_target(cx, target)).collect();
    let begun: Vec<Row> = begun(cx);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let inside = ui.available_rect_before_wrap().shrink2(vec2(size::GAP, size::GAP));
        ui.scope_builder(UiBuilder::new().max_rect(inside), |ui| {
            for row in rows.into_iter().chain(begun) {
                let selected = shown == Page::Form(row.subject.clone());
                let is_changed = cx.state.targets.is_changed(&row.subject);
                if row_ui(ui, cx, &row, (selected, is_changed)).clicked() {
                    cx.state.targets.page = Page::Form(row.subject);
                }
            }
        });
    });
}

fn of_target(cx: &Cx<'_>, target: &Target) -> Row {
    let service = target.service.map_or_else(
        || cx.texts.get("target-unknown-service").to_owned(),
        |service| words::name(cx.texts, service).to_owned(),
    );
    let place = match &target.host {
        None if target.service.is_some() => cx.texts.get("target-this-computer"),
        None => "",
        Some(host) => host.as_str(),
    };
    let name = target.profile.name.clone();
    let facts = match (place.is_empty(), service == name) {
        (true, _) => service,
        (false, true) => place.to_owned(),
        (false, false) => format!("{service} · {place}"),
    };
    Row { subject: Subject::Target(name.clone()), name, facts, service: target.service }
}

/// Forms of new targets that something was entered into.
fn begun(cx: &Cx<'_>) -> Vec<Row> {
    let state = &cx.state.targets;
    let row = |(subject, draft): (&Subject, &super::Draft)| {
        let Subject::New(id) = subject else { return None };
        let is_shown = state.page == Page::Form(subject.clone());
        (is_shown || draft.is_changed()).then(|| Row {
            subject: subject.clone(),
            name: draft.name.clone(),
            facts: cx.texts.get("target-not-added").to_owned(),
            service: crate::transfer::profiles::manage::describe(id),
        })
    };
    state.drafts.iter().filter_map(row).collect()
}

fn row_ui(ui: &mut Ui, cx: &Cx<'_>, row: &Row, (selected, changed): (bool, bool)) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name =
        if changed { format!("{}, {}", row.name, cx.texts.get("target-unsaved")) } else { row.name.clone() };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &name));
    let ground = if selected { Some(tokens.selected) } else { response.hovered().then_some(tokens.hover) };
    if let Some(ground) = ground {
        ui.painter().rect_filled(rect, CornerRadius::same(size::SMALL_RADIUS), ground);
    }
    let place = Rect::from_center_size(pos2(rect.left() + 20.0, rect.center().y), Vec2::splat(24.0));
    tile::paint(ui.painter(), tokens, place, words::icon(row.service));
    let (left, width) = (rect.left() + 48.0, rect.width() - 48.0 - 24.0);
    let middle = rect.center().y;
    paint_elided(ui.painter(), (pos2(left, middle - 9.0), width), Type::Strong, tokens.text, &row.name);
    let mut facts = LayoutJob::simple_singleline(row.facts.clone(), Type::Small.font(), tokens.text_2);
    facts.wrap = TextWrapping::truncate_at_width(width);
    let facts = ui.painter().layout_job(facts);
    ui.painter().galley(pos2(left, middle + 10.0 - facts.size().y / 2.0), facts, tokens.text_2);
    if changed {
        ui.painter().circle_filled(pos2(rect.right() - 14.0, middle - 9.0), 4.0, tokens.accent);
    }
    focus_ring(ui, &response, rect.shrink(size::FOCUS_RING), size::SMALL_RADIUS);
    if changed { response.on_hover_text(cx.texts.get("target-unsaved")) } else { response }
}
