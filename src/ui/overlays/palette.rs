//! All commands: type a few letters, Enter.

use eframe::egui::{
    self, Context, CornerRadius, Id, Key, Modifiers, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::model::{Action, targets};
use crate::ui::commands::{self, By, COMMANDS, Command};
use crate::ui::text::{Language, Texts};
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Field, Sheet, paint_elided, text};
use crate::ui::{Cx, Screen};

const WIDTH: f32 = 560.0;
const ROW: f32 = 36.0;
/// Rows that are seen at once.
const ROWS: f32 = 8.0;

#[derive(Debug, Default)]
pub(super) struct State {
    query: String,
    /// Of the lines found.
    chosen: usize,
    /// Where the window speaks another language its commands are found by their English names, too.
    english: Option<Texts>,
}

/// A line: its words, its keys, what it does.
struct Line {
    words: String,
    /// The same in English; none where that is what it has.
    english: Option<String>,
    keys: Option<String>,
    does: Does,
}

impl Line {
    /// How far it is from the query, in the language that is nearer to it.
    fn score(&self, query: &str) -> Option<usize> {
        let english = self.english.as_ref().and_then(|words| score(words, query));
        score(&self.words, query).into_iter().chain(english).min()
    }
}

#[derive(Debug, Clone)]
enum Does {
    Run(Command),
    Pick(String),
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>, new: bool) -> bool {
    if new {
        let other = cx.texts.language != Language::English;
        let english = other.then(|| Texts::new(Language::English));
        cx.state.overlays.palette = State { english, ..State::default() };
    }
    let texts = cx.texts;
    let mut done = None;
    let closed = Sheet::new("palette", texts.get("all-commands")).width(WIDTH).bare().show(ctx, |ui| {
        let moved = arrows(ui);
        let palette = &mut cx.state.overlays.palette;
        let field = Field::new(texts.get("find-command"))
            .hint(texts.get("find-command"))
            .id(Id::unique("palette-query"))
            .show(ui, &mut palette.query);
        // Enter takes the keyboard from a field; here it stays.
        field.request_focus();
        if field.changed() {
            palette.chosen = 0;
        }
        let found = found(ctx, cx);
        let chosen = step(cx.state.overlays.palette.chosen, moved, found.len());
        cx.state.overlays.palette.chosen = chosen;
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
            done = found.get(chosen).map(|line| line.does.clone());
        }
        lines_ui(ui, &found, (chosen, moved != 0), &mut done);
        if found.is_empty() {
            ui.add_space(size::GAP);
            text(ui, Type::Body, Tokens::of(ui).text_2, texts.get("no-command"));
            ui.add_space(size::GAP);
        }
    });
    let Some(does) = done else { return closed };
    cx.state.overlay = None;
    match does {
        Does::Run(command) => commands::run(cx, command),
        Does::Pick(name) => {
            cx.state.screen = Screen::Uploads;
            cx.push(Action::Targets(targets::Action::Pick(name)));
        }
    }
    false
}

/// How many lines down the keyboard asks for.
fn arrows(ui: &Ui) -> isize {
    ui.input_mut(|input| {
        let mut count = |key| isize::try_from(input.count_and_consume_key(Modifiers::NONE, key)).unwrap_or(0);
        count(Key::ArrowDown) - count(Key::ArrowUp)
    })
}

fn step(chosen: usize, moved: isize, lines: usize) -> usize {
    chosen.saturating_add_signed(moved).min(lines.saturating_sub(1))
}

/// What fits the query, best first; everything for none.
fn found(ctx: &Context, cx: &Cx<'_>) -> Vec<Line> {
    let runs_here = |entry: &&commands::Entry| {
        let in_palette = matches!(entry.by, By::Here | By::Selection) || entry.command == Command::Paste;
        in_palette && entry.command != Command::AllCommands && commands::is_enabled(cx, entry.command)
    };
    let english = cx.state.overlays.palette.english.as_ref();
    let commands = COMMANDS.iter().filter(runs_here).map(|entry| Line {
        words: cx.texts.get(entry.key).to_owned(),
        english: english.map(|texts| texts.get(entry.key).to_owned()),
        keys: entry.shortcut.map(|shortcut| commands::written(ctx, &shortcut)),
        does: Does::Run(entry.command),
    });
    let targets = cx.model.targets.all.iter().map(|target| {
        let name = &target.profile.name;
        Line {
            words: cx.texts.with("upload-to-target", &[("name", name.into())]),
            english: english.map(|texts| texts.with("upload-to-target", &[("name", name.into())])),
            keys: None,
            does: Does::Pick(name.clone()),
        }
    });
    let query = &cx.state.overlays.palette.query;
    let mut scored: Vec<_> =
        commands.chain(targets).filter_map(|line| Some((line.score(query)?, line))).collect();
    scored.sort_by_key(|(score, _)| *score);
    scored.into_iter().map(|(_, line)| line).collect()
}

/// How far the words are from the query, none where they do not fit: each word of the query begins a word, stands
/// inside one, or has its letters somewhere in this order.
fn score(words: &str, query: &str) -> Option<usize> {
    let words = words.to_lowercase();
    query.to_lowercase().split_whitespace().map(|asked| distance(&words, asked)).sum()
}

fn distance(words: &str, asked: &str) -> Option<usize> {
    if words.starts_with(asked) {
        return Some(0);
    }
    if words.split_whitespace().any(|word| word.starts_with(asked)) {
        return Some(1);
    }
    if words.contains(asked) {
        return Some(2);
    }
    // The closer together the letters, the better.
    let mut letters = words.chars().enumerate();
    let mut places = asked.chars().map(|letter| letters.find(|(_, one)| *one == letter));
    let first = places.next()??.0;
    let last = places.try_fold(first, |_, place| place.map(|(at, _)| at))?;
    Some(5 + last - first)
}

fn lines_ui(ui: &mut Ui, found: &[Line], (chosen, moved): (usize, bool), done: &mut Option<Does>) {
    ScrollArea::vertical().max_height(ROW * ROWS).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, line) in found.iter().enumerate() {
            let response = ui.push_id(index, |ui| line_ui(ui, line, index == chosen)).inner;
            if index == chosen && moved {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                *done = Some(line.does.clone());
            }
        }
    });
}

fn line_ui(ui: &mut Ui, line: &Line, chosen: bool) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, &line.words));
    let radius = CornerRadius::same(size::SMALL_RADIUS);
    if chosen {
        ui.painter().rect_filled(rect, radius, tokens.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, tokens.hover);
    }
    let place = (pos2(rect.left() + 10.0, rect.center().y), rect.width() - 140.0);
    paint_elided(ui.painter(), place, Type::Body, tokens.text, &line.words);
    if let Some(keys) = &line.keys {
        let at = pos2(rect.right() - 10.0, rect.center().y);
        let font = Type::Small.font();
        ui.painter().text(at, egui::Align2::RIGHT_CENTER, keys, font, tokens.text_2);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_beginnings_and_letters() {
        assert_eq!(score("Add files", ""), Some(0));
        assert_eq!(score("Add files", "add fi"), Some(1));
        assert_eq!(score("Add files", "FILES"), Some(1));
        assert!(score("Add files", "ad") < score("Go to uploads", "ad"));
        assert_eq!(score("Add files", "afs"), Some(13));
        assert!(score("About Affix", "au") < score("Paste files, a picture or a text", "au"));
        assert_eq!(score("Add files", "files x"), None);
        assert_eq!(score("添加文件", "文件"), Some(2));
    }

    #[test]
    fn the_choice_stays_within_the_list() {
        assert_eq!(step(0, -1, 3), 0);
        assert_eq!(step(2, 1, 3), 2);
        assert_eq!(step(5, 0, 3), 2);
        assert_eq!(step(0, 1, 0), 0);
    }
}
