//! Fonts and egui's own style, from the tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::style::{ScrollAnimation, ScrollStyle, Selection, WidgetVisuals, Widgets};
use eframe::egui::{
    Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontTweak, Margin, Shadow, Stroke, Style,
    TextStyle, Theme, Visuals, vec2,
};

use super::tokens::{Tokens, Type, family, size};

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter.ttf");
const MONO: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono.ttf");
const ICONS: &[u8] = include_bytes!("../../assets/fonts/Phosphor.ttf");
const ICONS_FILL: &[u8] = include_bytes!("../../assets/fonts/Phosphor-fill.ttf");
const ICONS_BOLD: &[u8] = include_bytes!("../../assets/fonts/Phosphor-bold.ttf");

/// Installs fonts and both themes.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.set_style_of(theme, style(theme == Theme::Dark));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, data: FontData| {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    for (name, weight) in [("inter", 400.0), (family::MEDIUM, 500.0), (family::SEMI_BOLD, 600.0)] {
        add(name, FontData::from_static(INTER).tweak(weighted(weight)));
    }
    add("mono", FontData::from_static(MONO));
    // The icons' own box sits a little high beside Inter.
    let icons = |bytes| {
        FontData::from_static(bytes).tweak(FontTweak { y_offset_factor: 0.0, ..FontTweak::default() })
    };
    add(family::ICONS, icons(ICONS));
    add(family::ICONS_FILL, icons(ICONS_FILL));
    add(family::ICONS_BOLD, icons(ICONS_BOLD));
    let named = |name: &str| FontFamily::Name(name.into());
    fonts.families = BTreeMap::from([
        (FontFamily::Proportional, vec!["inter".to_owned()]),
        (FontFamily::Monospace, vec!["mono".to_owned(), "inter".to_owned()]),
        (named(family::MEDIUM), vec![family::MEDIUM.to_owned()]),
        (named(family::SEMI_BOLD), vec![family::SEMI_BOLD.to_owned()]),
        (named(family::ICONS), vec![family::ICONS.to_owned()]),
        (named(family::ICONS_FILL), vec![family::ICONS_FILL.to_owned()]),
        (named(family::ICONS_BOLD), vec![family::ICONS_BOLD.to_owned()]),
    ]);
    fonts
}

fn weighted(weight: f32) -> FontTweak {
    let mut tweak = FontTweak::default();
    tweak.coords.push(b"wght", weight);
    tweak
}

fn style(dark: bool) -> Style {
    let tokens = Tokens::for_theme(dark);
    let mut style = Style { visuals: visuals(dark, tokens), ..Style::default() };
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, Type::Small.font()),
        (TextStyle::Body, Type::Body.font()),
        (TextStyle::Button, Type::Strong.font()),
        (TextStyle::Heading, Type::Title.font()),
        (TextStyle::Monospace, Type::Mono.font()),
    ]);
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(size::GAP, size::GAP);
    spacing.button_padding = vec2(12.0, 8.0);
    spacing.menu_margin = Margin::same(4);
    spacing.interact_size = vec2(size::CONTROL, size::SMALL);
    spacing.window_margin = Margin::same(24);
    spacing.scroll = ScrollStyle { bar_width: 8.0, floating_allocated_width: 0.0, ..ScrollStyle::floating() };
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style.scroll_animation = ScrollAnimation::none();
    style.animation_time = 0.08;
    style
}

fn visuals(dark: bool, tokens: &Tokens) -> Visuals {
    let base = if dark { Visuals::dark() } else { Visuals::light() };
    let radius = CornerRadius::same(size::CONTROL_RADIUS);
    let widget = |fill, stroke, text| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(size::LINE, stroke),
        corner_radius: radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: tokens.shadow };
    Visuals {
        widgets: Widgets {
            noninteractive: widget(tokens.bg, tokens.line, tokens.text),
            inactive: widget(tokens.bg, tokens.line_strong, tokens.text),
            hovered: widget(tokens.hover, tokens.line_strong, tokens.text),
            active: widget(tokens.hover, tokens.accent, tokens.text),
            open: widget(tokens.hover, tokens.line_strong, tokens.text),
        },
        selection: Selection {
            bg_fill: tokens.accent_ground,
            stroke: Stroke::new(size::FOCUS_RING, tokens.accent),
        },
        hyperlink_color: tokens.accent_text,
        faint_bg_color: tokens.panel,
        extreme_bg_color: tokens.bg,
        text_edit_bg_color: Some(tokens.bg),
        code_bg_color: tokens.hover,
        warn_fg_color: tokens.warn_text,
        error_fg_color: tokens.error_text,
        weak_text_color: Some(tokens.text_2),
        window_corner_radius: CornerRadius::same(12),
        window_shadow: shadow,
        window_fill: tokens.bg,
        window_stroke: Stroke::new(size::LINE, tokens.line),
        menu_corner_radius: CornerRadius::same(size::CARD_RADIUS),
        panel_fill: tokens.bg,
        popup_shadow: shadow,
        disabled_alpha: 0.5,
        ..base
    }
}
