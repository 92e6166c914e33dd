//! Buttons: one primary a view, plain ones with an edge, quiet ones without, and those with an icon alone.

use std::sync::Arc;

use eframe::egui::{
    Color32, CornerRadius, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};

use super::focus_ring;
use crate::ui::icon::Icon;
use crate::ui::tokens::{Tokens, Type, size};

/// How loud a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Primary,
    Plain,
    Quiet,
    Danger,
}

/// A button with a label, and perhaps an icon before it.
#[derive(Debug)]
#[must_use = "a button is drawn by `show`"]
pub struct Button<'a> {
    label: &'a str,
    name: Option<&'a str>,
    note: &'a str,
    icon: Option<Icon>,
    kind: Kind,
    small: bool,
    enabled: bool,
    selected: Option<bool>,
    shortcut: Option<&'a str>,
    width: Option<f32>,
}

impl<'a> Button<'a> {
    fn new(label: &'a str, kind: Kind) -> Self {
        Self {
            label,
            name: None,
            note: "",
            icon: None,
            kind,
            small: false,
            enabled: true,
            selected: None,
            shortcut: None,
            width: None,
        }
    }

    /// The one thing that a view is for.
    pub fn primary(label: &'a str) -> Self {
        Self::new(label, Kind::Primary)
    }

    pub fn plain(label: &'a str) -> Self {
        Self::new(label, Kind::Plain)
    }

    /// A secondary action: no edge.
    pub fn quiet(label: &'a str) -> Self {
        Self::new(label, Kind::Quiet)
    }

    /// Something that takes away: red text.
    pub fn danger(label: &'a str) -> Self {
        Self::new(label, Kind::Danger)
    }

    /// A longer name for screen readers, where several buttons have one label; it holds the label.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// A count behind the label; no part of its name.
    pub fn note(mut self, note: &'a str) -> Self {
        self.note = note;
        self
    }

    /// 28 points high instead of 36.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Makes it one of a choice: a tab, a filter.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// Shown in its tooltip.
    pub fn shortcut(mut self, shortcut: &'a str) -> Self {
        self.shortcut = Some(shortcut);
        self
    }

    /// A width of its own instead of its contents'.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// The width it takes: a row that ends at the right begins its controls at the left, so that Tab walks as one reads.
    pub fn measure(&self, ui: &Ui) -> f32 {
        self.width_of(&self.parts(ui))
    }

    fn width_of(&self, parts: &Parts) -> f32 {
        let padding = if self.small { 10.0 } else { 14.0 };
        self.width.unwrap_or_else(|| (parts.width() + 2.0 * padding).ceil())
    }

    fn parts(&self, ui: &Ui) -> Parts {
        let font = if self.small { Type::SmallStrong } else { Type::Strong }.font();
        let icon = if self.small { size::ICON_SMALL } else { size::ICON };
        Parts {
            label: ui.painter().layout_no_wrap(self.label.to_owned(), font.clone(), Color32::PLACEHOLDER),
            note: (!self.note.is_empty())
                .then(|| ui.painter().layout_no_wrap(self.note.to_owned(), font, Tokens::of(ui).text_2)),
            icon: self.icon.map(|_| icon),
        }
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let (kind, small) = (self.kind, self.small);
        let (height, radius) =
            if small { (size::SMALL, size::SMALL_RADIUS) } else { (size::CONTROL, size::CONTROL_RADIUS) };
        let parts = self.parts(ui);
        let wanted = vec2(self.width_of(&parts), height);
        let (rect, response) =
            ui.add_enabled_ui(self.enabled, |ui| ui.allocate_exact_size(wanted, Sense::click())).inner;
        let (enabled, selected) = (self.enabled && ui.is_enabled(), self.selected);
        let label = self.name.unwrap_or(self.label);
        response.widget_info(|| match selected {
            Some(selected) => WidgetInfo::selected(Role::Button, enabled, selected, label),
            None => WidgetInfo::labeled(Role::Button, enabled, label),
        });
        if ui.is_rect_visible(rect) {
            let look = Look::of(ui, kind, &response, selected.unwrap_or(false));
            look.paint(ui, rect, radius);
            let color = look.text;
            let mut x = rect.center().x - parts.width() / 2.0;
            if let (Some(icon), Some(side)) = (self.icon, parts.icon) {
                icon.paint(ui.painter(), pos2(x + side / 2.0, rect.center().y), side, color);
                x += side + Parts::GAP;
            }
            let at = pos2(x, rect.center().y - parts.label.size().y / 2.0);
            let note_x = x + parts.label.size().x + Parts::GAP;
            let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
            painter.galley(at, parts.label, color);
            if let Some(note) = parts.note {
                painter.galley(pos2(note_x, rect.center().y - note.size().y / 2.0), note, color);
            }
            // On the accent's own colour the ring would be lost: a gap sets it off.
            let gap = if kind == Kind::Primary { size::FOCUS_RING } else { 0.0 };
            focus_ring(ui, &response, rect.expand(gap), radius + u8::from(kind == Kind::Primary) * 2);
        }
        match self.shortcut {
            Some(shortcut) => response.on_hover_text(shortcut),
            None => response,
        }
    }
}

/// What stands in a button, side by side.
struct Parts {
    label: Arc<Galley>,
    note: Option<Arc<Galley>>,
    /// The icon's side in points.
    icon: Option<f32>,
}

impl Parts {
    const GAP: f32 = 6.0;

    fn width(&self) -> f32 {
        let note = self.note.as_ref().map_or(0.0, |note| note.size().x + Self::GAP);
        let icon = self.icon.map_or(0.0, |side| side + Self::GAP);
        self.label.size().x + note + icon
    }
}

/// A square button with an icon alone; its name is its tooltip.
#[derive(Debug)]
#[must_use = "a button is drawn by `show`"]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    small: bool,
    enabled: bool,
    selected: Option<bool>,
    edge: bool,
}

impl<'a> IconButton<'a> {
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self { icon, name, small: false, enabled: true, selected: None, edge: false }
    }

    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// With an edge, as a plain button.
    pub fn edge(mut self) -> Self {
        self.edge = true;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let (side, radius) = if self.small {
            (size::SMALL, size::SMALL_RADIUS)
        } else {
            (size::CONTROL, size::CONTROL_RADIUS)
        };
        let (rect, response) = ui
            .add_enabled_ui(self.enabled, |ui| ui.allocate_exact_size(Vec2::splat(side), Sense::click()))
            .inner;
        self.finish(ui, rect, response, radius)
    }

    /// Draws it in a place of a painted row.
    pub fn show_at(self, ui: &mut Ui, rect: Rect, id: eframe::egui::Id) -> Response {
        let response = ui.interact(rect, id, if self.enabled { Sense::click() } else { Sense::hover() });
        self.finish(ui, rect, response, size::SMALL_RADIUS)
    }

    fn finish(self, ui: &Ui, rect: Rect, response: Response, radius: u8) -> Response {
        let enabled = self.enabled && ui.is_enabled();
        response.widget_info(|| match self.selected {
            Some(selected) => WidgetInfo::selected(Role::Button, enabled, selected, self.name),
            None => WidgetInfo::labeled(Role::Button, enabled, self.name),
        });
        if ui.is_rect_visible(rect) {
            let kind = if self.edge { Kind::Plain } else { Kind::Quiet };
            let look = Look::of(ui, kind, &response, self.selected.unwrap_or(false));
            look.paint(ui, rect, radius);
            let icon_size = if self.small { size::ICON } else { size::ICON_LARGE };
            self.icon.paint(ui.painter(), rect.center(), icon_size, look.text);
            focus_ring(ui, &response, rect, radius);
        }
        response.on_hover_text(self.name)
    }
}

/// The colours of a button as it is now.
struct Look {
    fill: Color32,
    stroke: Stroke,
    text: Color32,
}

impl Look {
    fn of(ui: &Ui, kind: Kind, response: &Response, selected: bool) -> Self {
        let tokens = Tokens::of(ui);
        let over = response.hovered() || response.is_pointer_button_down_on();
        let none = Stroke::NONE;
        let edge = Stroke::new(size::LINE, tokens.line_strong);
        let quiet = if over || selected { tokens.hover } else { Color32::TRANSPARENT };
        let look = match kind {
            Kind::Primary => {
                let fill = if over { tokens.accent_hover } else { tokens.accent };
                Self { fill, stroke: none, text: tokens.on_accent }
            }
            Kind::Plain => {
                let fill = if over { tokens.hover } else { tokens.bg };
                Self { fill, stroke: edge, text: tokens.text }
            }
            Kind::Quiet => {
                let text = if over || selected { tokens.text } else { tokens.text_2 };
                Self { fill: quiet, stroke: none, text }
            }
            Kind::Danger => Self { fill: quiet, stroke: none, text: tokens.error_text },
        };
        if response.enabled() && ui.is_enabled() { look } else { look.dimmed(ui) }
    }

    fn dimmed(self, ui: &Ui) -> Self {
        let dim = |color: Color32| ui.visuals().disable(color);
        Self {
            fill: dim(self.fill),
            stroke: Stroke::new(self.stroke.width, dim(self.stroke.color)),
            text: dim(self.text),
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect, radius: u8) {
        ui.painter().rect(rect, CornerRadius::same(radius), self.fill, self.stroke, StrokeKind::Inside);
    }
}
