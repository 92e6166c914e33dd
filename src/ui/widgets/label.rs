//! Texts in the type styles, and names that are too long for their place.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    Color32, Galley, Label, Painter, Pos2, Response, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use crate::domain::file_name;
use crate::ui::tokens::{Tokens, Type};

/// A text of one line or more; wraps where its place ends.
pub fn text(ui: &mut Ui, style: Type, color: Color32, text: impl Into<String>) -> Response {
    ui.add(
        Label::new(RichText::new(text).font(style.font()).line_height(Some(style.line())).color(color))
            .wrap(),
    )
}

/// How wide a text is in one line.
pub fn wide(ui: &Ui, style: Type, words: &str) -> f32 {
    ui.painter().layout_no_wrap(words.to_owned(), style.font(), Color32::PLACEHOLDER).size().x
}

/// A small label above a group, in capitals.
pub fn caption(ui: &mut Ui, label: &str) -> Response {
    let text = RichText::new(label.to_uppercase())
        .font(Type::Caption.font())
        .extra_letter_spacing(0.5)
        .color(Tokens::of(ui).text_3);
    ui.add(Label::new(text).extend())
}

/// A name in one line, elided in its middle so that its extension stays; the whole name is its tooltip and its
/// accessible name.
pub fn elided(ui: &mut Ui, style: Type, color: Color32, name: &str) -> Response {
    let width = ui.available_width();
    let shown = fitting(ui.painter(), style, name, width);
    let cut = shown.text() != file_name::display(name);
    let (rect, response) = ui.allocate_exact_size(vec2(width, style.line()), Sense::hover());
    let whole = file_name::display(name);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &whole));
    let at = pos2(rect.left(), rect.center().y - shown.size().y / 2.0);
    ui.painter().galley_with_override_text_color(at, shown, color);
    if cut { response.on_hover_text(whole) } else { response }
}

/// Paints a name into a row that paints itself: its left edge and the centre of its line, and the width it has.
pub fn paint_elided(painter: &Painter, (at, width): (Pos2, f32), style: Type, color: Color32, name: &str) {
    let galley = fitting(painter, style, name, width);
    painter.galley_with_override_text_color(pos2(at.x, at.y - galley.size().y / 2.0), galley, color);
}

/// Paints a sentence the same way; one that is too long ends early.
pub fn paint_cut(painter: &Painter, (at, width): (Pos2, f32), style: Type, color: Color32, text: &str) {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), style.font(), color);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    let mut galley = painter.layout_job(job);
    if galley.elided
        && let Some(row) = galley.rows.first()
    {
        // What ends a sentence, and the ellipsis after it, would look like four full stops.
        let kept: String = text.chars().take(row.glyphs.len().saturating_sub(1)).collect();
        let kept = kept.trim_end_matches(['.', ',', ';', ':', '。', '，', '；', '：', ' ']);
        galley = painter.layout_no_wrap(format!("{kept}…"), style.font(), color);
    }
    painter.galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, color);
}

/// The name as it fits into the width, elided in its middle.
fn fitting(painter: &Painter, style: Type, name: &str, width: f32) -> Arc<Galley> {
    let layout = |text: String| painter.layout_no_wrap(text, style.font(), Color32::PLACEHOLDER);
    let name = file_name::display(name);
    let whole = layout(name.clone());
    if whole.size().x <= width {
        return whole;
    }
    // Bisects the number of characters: widths differ too much between scripts to be guessed.
    let (mut fits, mut too_many) = (1, name.chars().count());
    while too_many - fits > 1 {
        let middle = usize::midpoint(fits, too_many);
        if layout(file_name::elide_middle(&name, middle)).size().x <= width {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    layout(file_name::elide_middle(&name, fits))
}
