//! The lines of a text, to be scrolled.

use eframe::egui::{
    CornerRadius, Frame, Label, Margin, Rect, RichText, ScrollArea, TextWrapMode, Ui, UiBuilder, vec2,
};

use super::{Shown, keys};
use crate::model::looks::Lines;
use crate::ui::Cx;
use crate::ui::looks::Answer;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::text;

/// Longer lines are tiring to read.
const WIDTH: f32 = 860.0;
/// What an arrow scrolls by, in points.
const ARROW: f32 = 54.0;
/// Of one line; what is longer is data.
const LINE_CHARS: usize = 4_000;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, rect: Rect) {
    let tokens = Tokens::of(ui);
    let room = rect.shrink2(vec2(size::EDGE, 0.0)).with_max_y(rect.bottom() - size::EDGE);
    let page = Rect::from_center_size(room.center(), vec2(room.width().min(WIDTH), room.height()));
    ui.painter().rect_filled(page, CornerRadius::same(size::CARD_RADIUS), tokens.panel);
    let Answer::Here(lines) = cx.state.looks.lines(shown.id) else { return };
    let by = keys::down(ui.ctx());
    let mut inside = ui.new_child(UiBuilder::new().max_rect(page.shrink(2.0)));
    ScrollArea::vertical().id_salt(("large-lines", shown.id.0)).auto_shrink(false).show(&mut inside, |ui| {
        if by != 0.0 {
            ui.scroll_with_delta(vec2(0.0, -by * ARROW));
        }
        Frame::NONE.inner_margin(Margin::symmetric(20, 16)).show(ui, |ui| {
            let words = RichText::new(joined(&lines))
                .font(Type::Mono.font())
                .line_height(Some(18.0))
                .color(tokens.text);
            ui.add(Label::new(words).wrap_mode(TextWrapMode::Wrap).selectable(true));
            if let Some(note) = note(cx, &lines) {
                ui.add_space(size::EDGE);
                text(ui, Type::Small, tokens.text_2, note);
            }
        });
    });
}

/// The lines as one text; an endless one is cut.
pub(in crate::ui) fn joined(lines: &Lines) -> String {
    let mut whole = String::new();
    for (index, line) in lines.lines.iter().enumerate() {
        if index > 0 {
            whole.push('\n');
        }
        match line.char_indices().nth(LINE_CHARS) {
            Some((end, _)) => {
                whole.push_str(line.get(..end).unwrap_or_default());
                whole.push('…');
            }
            None => whole.push_str(line),
        }
    }
    whole
}

/// That there is more, and how it was read.
fn note(cx: &Cx<'_>, lines: &Lines) -> Option<String> {
    let texts = cx.texts;
    let more = (!lines.is_whole).then(|| texts.count("text-first-lines", lines.lines.len() as u64));
    let foreign = !matches!(lines.encoding.as_str(), "UTF-8" | "");
    let read = foreign.then(|| texts.with("text-read-as", &[("encoding", (&lines.encoding).into())]));
    let empty =
        lines.lines.iter().all(|line| line.trim().is_empty()).then(|| texts.get("text-empty").to_owned());
    let parts: Vec<String> = [empty, more, read].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}
