//! The controls of the sheet: name, metadata, size, type, frame.

use eframe::egui::{Align, Id, Layout, Ui, vec2};

use super::draft::{self, Draft, megabytes};
use super::frames;
use crate::domain::changes::{Metadata, PictureType};
use crate::domain::describe::Types;
use crate::domain::file_name;
use crate::domain::preflight::Repair;
use crate::store::Row;
use crate::ui::icon::Icon;
use crate::ui::kind::Kind;
use crate::ui::list::actions::capability;
use crate::ui::looks::Answer;
use crate::ui::seen::Seen;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Field, caption, link, segmented, switch, text};
use crate::ui::{Cx, icons};

/// Where nothing else is known.
const LIMIT: &str = "2";

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, (row, seen): (&Row, &Seen), draft: &mut Draft) {
    let offers = cx.state.looks.facts(row.id).map(|facts| facts.offers.clone()).unwrap_or_default();
    name_ui(ui, cx, &offers, draft);
    if seen.kind == Kind::Picture {
        metadata_ui(ui, cx, row, draft);
        size_ui(ui, cx, (row, &offers), draft);
        type_ui(ui, cx, draft);
    }
    let framed = capability(cx, row).is_some_and(|capability| capability.types == Types::ImagesAndVideos);
    if seen.kind == Kind::Video && framed {
        section(ui, cx.texts.get("changes-frame"));
        frames::show(ui, cx, row, &mut draft.at_ms);
    }
}

fn section(ui: &mut Ui, label: &str) {
    ui.add_space(16.0);
    caption(ui, label);
    ui.add_space(6.0);
}

fn name_ui(ui: &mut Ui, cx: &Cx<'_>, offers: &[Repair], draft: &mut Draft) {
    let (tokens, texts) = (Tokens::of(ui), cx.texts);
    caption(ui, texts.get("changes-name"));
    ui.add_space(6.0);
    let bad = draft.bad_name();
    let id = Id::unique("changes-name");
    Field::new(texts.get("changes-name")).id(id).wrong(bad.is_some()).show(ui, &mut draft.name);
    let offered = offers.iter().find_map(|offer| match offer {
        Repair::Rename { name } if *name != draft.name => Some(name),
        _ => None,
    });
    if let Some(bad) = bad {
        ui.add_space(size::HALF);
        text(ui, Type::Small, tokens.error_text, texts.get(bad.key()));
    }
    if let Some(name) = offered {
        ui.add_space(size::HALF);
        let shown = file_name::elide_middle(&file_name::display(name), 40);
        let label = texts.with("changes-use-name", &[("name", (&shown).into())]);
        if link(ui, &label, tokens.accent_text).clicked() {
            draft.name.clone_from(name);
        }
    }
}

/// What the photo tells, and whether that is sent.
fn metadata_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, draft: &mut Draft) {
    let (tokens, texts) = (Tokens::of(ui), cx.texts);
    let removes = cx.model.settings.uploads.remove_location;
    section(ui, texts.get("changes-metadata"));
    let metadata = match cx.state.looks.metadata(row.id) {
        Answer::Here(metadata) => metadata,
        // Read in an instant; what cannot be read has its reason beside the picture.
        Answer::Coming | Answer::Failed(_) => return,
    };
    if metadata.bytes == 0 && !metadata.has_location {
        text(ui, Type::Small, tokens.text_2, texts.get("metadata-none"));
        return;
    }
    let label = texts.get("remove-location");
    let mut on = removes && !draft.keeps_metadata;
    ui.add_enabled_ui(removes, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            if switch(ui, label, &mut on).changed() {
                draft.keeps_metadata = !on;
            }
            text(ui, Type::Body, tokens.text, label);
        });
    });
    ui.add_space(6.0);
    for (icon, words) in told(cx, &metadata) {
        ui.spacing_mut().interact_size.y = 22.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = size::GAP;
            icon.show(ui, size::ICON_SMALL, tokens.text_2);
            text(ui, Type::Small, tokens.text_2, words);
        });
    }
    let hint = match (removes, metadata.removable || draft.to.is_some() || draft.limit.is_some()) {
        (false, _) => Some("metadata-kept-by-settings"),
        (true, false) if on => Some("metadata-not-removable"),
        _ => None,
    };
    if let Some(key) = hint {
        ui.add_space(2.0);
        text(ui, Type::Small, tokens.text_2, texts.get(key));
    }
}

/// In plain words: where, with what, when, by whom.
fn told(cx: &Cx<'_>, metadata: &Metadata) -> Vec<(Icon, String)> {
    let place = match metadata.place {
        Some(place) => Some(degrees(cx, place)),
        None => metadata.has_location.then(|| cx.texts.get("metadata-place").to_owned()),
    };
    let clean = |words: &String| file_name::elide_middle(&file_name::display(words), 60);
    let facts = [
        (icons::MAP_PIN, place),
        (icons::CAMERA, metadata.camera.as_ref().map(clean)),
        (icons::CLOCK, metadata.taken.as_deref().map(taken)),
        (icons::USER_CIRCLE, metadata.author.as_ref().map(clean)),
    ];
    let known: Vec<_> = facts.into_iter().filter_map(|(icon, words)| Some((icon, words?))).collect();
    if known.is_empty() {
        let size = cx.texts.bytes(metadata.bytes);
        return vec![(icons::INFO, cx.texts.with("metadata-other", &[("size", (&size).into())]))];
    }
    known
}

/// `48.8584° N, 2.2945° E`.
fn degrees(cx: &Cx<'_>, (north, east): (f64, f64)) -> String {
    let north_key = if north < 0.0 { "degrees-south" } else { "degrees-north" };
    let east_key = if east < 0.0 { "degrees-west" } else { "degrees-east" };
    let part = |key, degrees: f64| {
        let shown = format!("{:.4}", degrees.abs());
        cx.texts.with(key, &[("degrees", (&shown).into())])
    };
    format!("{}, {}", part(north_key, north), part(east_key, east))
}

/// EXIF's `2026:05:01 18:22:03` as people write it; anything else as it is.
fn taken(exif: &str) -> String {
    match exif.split_once(' ') {
        Some((date, time)) if date.len() == 10 && time.len() >= 5 => {
            let date = date.replace(':', "-");
            format!("{date} {}", time.get(..5).unwrap_or(time))
        }
        _ => file_name::elide_middle(&file_name::display(exif), 40),
    }
}

fn size_ui(ui: &mut Ui, cx: &Cx<'_>, (row, offers): (&Row, &[Repair]), draft: &mut Draft) {
    let (tokens, texts) = (Tokens::of(ui), cx.texts);
    section(ui, texts.get("changes-size"));
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), size::CONTROL),
        Layout::left_to_right(Align::Center),
        |ui| {
            let labels = [texts.get("changes-as-it-is"), texts.get("changes-at-most")];
            let chosen = usize::from(draft.limit.is_some());
            let wide =
                if draft.limit.is_some() { ui.available_width() - 132.0 } else { ui.available_width() };
            let picked = ui.allocate_ui(vec2(wide, 30.0), |ui| segmented(ui, &labels, chosen)).inner;
            if let Some(limit) = &mut draft.limit {
                let field =
                    Field::new(texts.get("changes-limit")).width(80.0).wrong(draft::bytes_of(limit).is_err());
                field.show(ui, limit);
                text(ui, Type::Body, tokens.text_2, "MB");
            }
            match picked {
                Some(0) => draft.limit = None,
                Some(_) if draft.limit.is_none() => draft.limit = Some(limit_of(cx, row, offers)),
                _ => {}
            }
        },
    );
    if draft.limit_bytes().is_err() {
        ui.add_space(2.0);
        text(ui, Type::Small, tokens.error_text, texts.get("changes-limit-wrong"));
    }
}

/// What the service takes; half of what there is where it takes more.
fn limit_of(cx: &Cx<'_>, row: &Row, offers: &[Repair]) -> String {
    let offered = offers.iter().find_map(|offer| match offer {
        Repair::ShrinkImage { max_bytes } => Some(*max_bytes),
        _ => None,
    });
    let most = capability(cx, row).and_then(|capability| capability.max_bytes);
    let taken = most.filter(|most| row.size.is_some_and(|size| size > *most));
    let half = row.size.map(|size| size / 2);
    offered.or(taken).or(half).filter(|bytes| *bytes >= 1_000).map_or_else(|| LIMIT.to_owned(), megabytes)
}

fn type_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) {
    const TYPES: [Option<PictureType>; 3] = [None, Some(PictureType::Jpeg), Some(PictureType::Png)];
    section(ui, cx.texts.get("changes-type"));
    let labels = [cx.texts.get("changes-as-it-is"), "JPEG", "PNG"];
    let chosen = TYPES.iter().position(|to| *to == draft.to).unwrap_or_default();
    if let Some(to) = segmented(ui, &labels, chosen).and_then(|index| TYPES.get(index)) {
        draft.to = *to;
    }
}
