//! The card that says where files go, and its menu of all targets.

use eframe::egui::{
    CornerRadius, Popup, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::domain::describe::Visibility;
use crate::domain::profile::{SANDBOX_PROFILE, SANDBOX_SERVICE};
use crate::model::{Action, targets};
use crate::ui::icon::{Icon, of_service};
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Tone, focus_ring, menu_item, menu_line, paint_badge, paint_elided, popup};
use crate::ui::{Cx, Screen, icons};

/// Narrower cards leave the host out.
const WITH_HOST: f32 = 240.0;
/// A host that is cut tells something from here on.
const HOST_MIN: f32 = 100.0;

/// A target in words.
#[derive(Debug, Clone)]
struct Shown {
    icon: Icon,
    name: String,
    /// Empty on this computer: who can see it says that already.
    host: String,
    badge: (Tone, Icon, String),
}

impl Shown {
    fn of(texts: &Texts, target: Option<&targets::Target>) -> Self {
        let only_here = (Tone::Neutral, icons::MONITOR, texts.get("visible-here").to_owned());
        let Some(target) = target else {
            let icon = of_service(SANDBOX_SERVICE);
            return Self { icon, name: SANDBOX_PROFILE.to_owned(), host: String::new(), badge: only_here };
        };
        let host = target.host.clone().filter(|host| !host.is_empty() && !target.profile.is_local());
        Self {
            icon: of_service(&target.profile.service),
            name: target.profile.name.clone(),
            host: host.unwrap_or_default(),
            badge: if target.profile.is_local() { only_here } else { visible(texts, target.visibility()) },
        }
    }
}

fn visible(texts: &Texts, visibility: Option<Visibility>) -> (Tone, Icon, String) {
    let (tone, icon, key) = match visibility {
        Some(Visibility::Public) => (Tone::Ok, icons::GLOBE_SIMPLE, "visible-public"),
        Some(Visibility::Expiring) => (Tone::Warn, icons::TIMER, "visible-expiring"),
        Some(Visibility::Private) => (Tone::Neutral, icons::LOCK_SIMPLE, "visible-private"),
        Some(Visibility::None) | None => (Tone::Neutral, icons::HASH, "visible-none"),
    };
    (tone, icon, texts.get(key).to_owned())
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let tokens = Tokens::of(ui);
    let shown = Shown::of(cx.texts, cx.model.targets.picked());
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL), Sense::click());
    let (name, enabled) = (cx.texts.get("upload-to").to_owned(), ui.is_enabled());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, enabled, &name);
        info.current_text_value = Some(shown.name.clone());
        info
    });
    let fill = if response.hovered() { tokens.hover } else { tokens.bg };
    let edge = Stroke::new(size::LINE, tokens.line_strong);
    ui.painter().rect(rect, CornerRadius::same(size::CONTROL_RADIUS), fill, edge, StrokeKind::Inside);
    icons::CARET_UP_DOWN.paint(ui.painter(), pos2(rect.right() - 18.0, rect.center().y), 16.0, tokens.text_2);
    line_ui(ui, rect.with_max_x(rect.right() - 30.0), &shown, width >= WITH_HOST);
    focus_ring(ui, &response, rect, size::CONTROL_RADIUS);
    popup(Popup::menu(&response).width(width.max(320.0)), &response, |ui| menu_ui(ui, cx));
}

/// Icon, name, host, who can see it.
fn line_ui(ui: &Ui, rect: Rect, shown: &Shown, with_host: bool) {
    let tokens = Tokens::of(ui);
    let y = rect.center().y;
    let tile = Rect::from_center_size(pos2(rect.left() + 23.0, y), vec2(24.0, 24.0));
    ui.painter().rect_filled(tile, CornerRadius::same(size::SMALL_RADIUS), tokens.accent_ground);
    shown.icon.paint(ui.painter(), tile.center(), 16.0, tokens.accent_text);
    let wide = |text: &str, style: Type| {
        ui.painter().layout_no_wrap(text.to_owned(), style.font(), tokens.text).size().x
    };
    let (tone, icon, label) = &shown.badge;
    let left = tile.right() + 10.0;
    // The name comes first: where both do not fit, who can see it is told by the icon alone, and by the menu.
    let whole = wide(label, Type::SmallStrong) + 28.0;
    let fits = wide(&shown.name, Type::Strong) <= rect.right() - left - whole - size::GAP;
    let (badge, label) = if fits { (whole, label.as_str()) } else { (26.0, "") };
    let room = rect.right() - left - badge - size::GAP;
    let name = wide(&shown.name, Type::Strong).min(room);
    paint_elided(ui.painter(), (pos2(left, y), name), Type::Strong, tokens.text, &shown.name);
    let mut x = left + name + 6.0;
    let (whole, left) = (wide(&shown.host, Type::Small), room - name - 6.0);
    if with_host && !shown.host.is_empty() && left >= whole.min(HOST_MIN) {
        let host = whole.min(left);
        paint_elided(ui.painter(), (pos2(x, y), host), Type::Small, tokens.text_2, &shown.host);
        x += host + size::GAP;
    }
    paint_badge(ui, pos2(x.min(rect.right() - badge), y), *tone, (Some(*icon), label));
}

fn menu_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let picked = cx.model.targets.picked.clone();
    let mut chosen = None;
    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
        for target in &cx.model.targets.all {
            let shown = Shown::of(cx.texts, Some(target));
            if choice_ui(ui, &shown, shown.name == picked) {
                chosen = Some(shown.name);
            }
        }
        if cx.model.targets.all.is_empty() {
            choice_ui(ui, &Shown::of(cx.texts, None), true);
        }
    });
    if let Some(name) = chosen {
        cx.push(Action::Targets(targets::Action::Pick(name)));
    }
    menu_line(ui);
    if menu_item(ui, icons::PLUS, cx.texts.get("new-target")).clicked() {
        cx.state.targets.open_gallery();
        cx.state.screen = Screen::Targets;
    }
}

fn choice_ui(ui: &mut Ui, shown: &Shown, picked: bool) -> bool {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, picked, &shown.name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(size::SMALL_RADIUS), tokens.hover);
    }
    line_ui(ui, rect.with_max_x(rect.right() - 30.0), shown, true);
    if picked {
        icons::CHECK.paint(
            ui.painter(),
            pos2(rect.right() - 16.0, rect.center().y),
            16.0,
            tokens.accent_text,
        );
    }
    focus_ring(ui, &response, rect.shrink(size::FOCUS_RING), size::SMALL_RADIUS);
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}
