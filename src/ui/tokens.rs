//! Every colour, size and text style of the window. Nothing else in the program names a colour.
//!
//! The values are those of `shared/design/design.md`; `tests/contrast.rs` holds them to 4.5:1.

use eframe::egui::{Color32, Context, FontFamily, FontId, Ui};

/// The colours of one theme.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    pub bg: Color32,
    pub panel: Color32,
    pub hover: Color32,
    pub selected: Color32,
    pub line: Color32,
    pub line_strong: Color32,
    /// Names and headings.
    pub text: Color32,
    /// Facts.
    pub text_2: Color32,
    /// Hints; never carries needed information.
    pub text_3: Color32,
    pub accent: Color32,
    pub accent_hover: Color32,
    pub accent_text: Color32,
    pub accent_ground: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    pub ok_text: Color32,
    pub ok_ground: Color32,
    pub warn_text: Color32,
    pub warn_ground: Color32,
    pub error_text: Color32,
    pub error_ground: Color32,
    pub track: Color32,
    /// Behind a sheet.
    pub scrim: Color32,
    pub shadow: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

const LIGHT: Tokens = Tokens {
    bg: rgb(0xfc_fc_fd),
    panel: rgb(0xf9_f9_fb),
    hover: rgb(0xf0_f0_f3),
    selected: rgb(0xee_f0_fe),
    line: rgb(0xe4_e4_ea),
    line_strong: rgb(0xd9_d9_e0),
    text: rgb(0x1c_20_24),
    text_2: rgb(0x60_64_6c),
    text_3: rgb(0x70_73_7c),
    accent: rgb(0x5b_5b_d6),
    accent_hover: rgb(0x51_51_cd),
    accent_text: rgb(0x4f_4c_b8),
    accent_ground: rgb(0xec_ec_fd),
    on_accent: rgb(0xff_ff_ff),
    ok_text: rgb(0x27_76_3a),
    ok_ground: rgb(0xe9_f6_e9),
    warn_text: rgb(0x9a_5b_00),
    warn_ground: rgb(0xff_f4_d6),
    error_text: rgb(0xc6_2a_2f),
    error_ground: rgb(0xfe_eb_ec),
    track: rgb(0xe8_e8_ec),
    scrim: Color32::from_black_alpha(72),
    shadow: Color32::from_black_alpha(28),
};

const DARK: Tokens = Tokens {
    bg: rgb(0x11_11_13),
    panel: rgb(0x18_19_1b),
    hover: rgb(0x21_22_25),
    selected: rgb(0x1f_20_40),
    line: rgb(0x26_28_2c),
    line_strong: rgb(0x36_3a_3f),
    text: rgb(0xed_ee_f0),
    text_2: rgb(0xb0_b4_ba),
    text_3: rgb(0x8f_94_9d),
    accent: rgb(0x65_60_d6),
    accent_hover: rgb(0x5b_56_cc),
    accent_text: rgb(0xb1_a9_ff),
    accent_ground: rgb(0x26_26_4a),
    on_accent: rgb(0xff_ff_ff),
    ok_text: rgb(0x71_d0_83),
    ok_ground: rgb(0x16_30_1d),
    warn_text: rgb(0x00ff_ca16),
    warn_ground: rgb(0x30_23_08),
    error_text: rgb(0xff_95_92),
    error_ground: rgb(0x3b_12_19),
    track: rgb(0x2a_2c_30),
    scrim: Color32::from_black_alpha(150),
    shadow: Color32::from_black_alpha(110),
};

/// Behind a picture that fills the window, in both themes: nothing else is seen.
pub const THEATRE: Color32 = rgb(0x0d_0d_0f);
/// Names and icons on it.
pub const ON_THEATRE: Color32 = rgb(0xed_ee_f0);
/// Facts on it.
pub const ON_THEATRE_2: Color32 = rgb(0xb0_b4_ba);
/// Under what is written on a picture.
pub const ON_PICTURE: Color32 = Color32::from_black_alpha(176);
/// What a machine reads is black on white in both themes.
pub const PAPER: Color32 = rgb(0xff_ff_ff);
pub const INK: Color32 = rgb(0x00_00_00);

impl Tokens {
    /// The colours of the theme that is drawn.
    #[must_use]
    pub fn of(ui: &Ui) -> &'static Self {
        Self::for_theme(ui.visuals().dark_mode)
    }

    #[must_use]
    pub fn in_context(ctx: &Context) -> &'static Self {
        Self::for_theme(ctx.global_style().visuals.dark_mode)
    }

    #[must_use]
    pub fn for_theme(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }
}

/// Sizes in points, on the 4/8 grid.
pub mod size {
    pub const BAR: f32 = 56.0;
    pub const TABS: f32 = 44.0;
    pub const BATCH: f32 = 44.0;
    pub const ROW: f32 = 56.0;
    pub const FOOT: f32 = 36.0;
    /// Of the grid: one thumbnail with its name and state.
    pub const CELL_WIDTH: f32 = 168.0;
    pub const CELL_HEIGHT: f32 = 168.0;
    pub const INSPECTOR: f32 = 320.0;
    pub const INSPECTOR_MIN: f32 = 240.0;
    pub const INSPECTOR_MAX: f32 = 480.0;
    /// What the inspector leaves to the list.
    pub const LIST_MIN: f32 = 440.0;
    pub const THUMB: f32 = 40.0;
    pub const THUMB_RADIUS: u8 = 6;
    /// A control's height.
    pub const CONTROL: f32 = 36.0;
    pub const CONTROL_RADIUS: u8 = 8;
    pub const SMALL: f32 = 28.0;
    pub const SMALL_RADIUS: u8 = 6;
    pub const CARD_RADIUS: u8 = 10;
    pub const EDGE: f32 = 16.0;
    pub const GAP: f32 = 8.0;
    pub const HALF: f32 = 4.0;
    /// Of a row: state or progress, and actions.
    pub const STATE_COLUMN: f32 = 200.0;
    /// Where there is room a failure's first line is read whole.
    pub const STATE_COLUMN_WIDE: f32 = 300.0;
    pub const ACTIONS_COLUMN: f32 = 148.0;
    pub const SHEET: f32 = 480.0;
    /// In small buttons.
    pub const ICON_SMALL: f32 = 14.0;
    pub const ICON: f32 = 16.0;
    pub const ICON_LARGE: f32 = 18.0;
    /// The ring around what has the keyboard.
    pub const FOCUS_RING: f32 = 2.0;
    pub const LINE: f32 = 1.0;
}

/// A text style: size and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// 13, what most things are written in.
    Body,
    /// 13 medium: names and buttons.
    Strong,
    /// 12: facts.
    Small,
    /// 12 medium: small buttons, badges.
    SmallStrong,
    /// 11 semi-bold capitals.
    Caption,
    /// 14 semi-bold.
    Heading,
    /// 18 semi-bold.
    Title,
    /// 20 semi-bold: the empty state.
    Hero,
    /// 12: links, checksums.
    Mono,
}

impl Type {
    #[must_use]
    pub fn font(self) -> FontId {
        let (size, family) = match self {
            Self::Body => (13.0, FontFamily::Proportional),
            Self::Small => (12.0, FontFamily::Proportional),
            Self::Strong => (13.0, family::medium()),
            Self::SmallStrong => (12.0, family::medium()),
            Self::Caption => (11.0, family::semi_bold()),
            Self::Heading => (14.0, family::semi_bold()),
            Self::Title => (18.0, family::semi_bold()),
            Self::Hero => (20.0, family::semi_bold()),
            Self::Mono => (12.0, FontFamily::Monospace),
        };
        FontId::new(size, family)
    }

    /// The height of a line of it.
    #[must_use]
    pub fn line(self) -> f32 {
        match self {
            Self::Body | Self::Strong | Self::Heading => 20.0,
            Self::Small | Self::SmallStrong | Self::Mono | Self::Caption => 16.0,
            Self::Title | Self::Hero => 28.0,
        }
    }
}

/// The font families besides egui's two.
pub mod family {
    use eframe::egui::FontFamily;

    pub const MEDIUM: &str = "medium";
    pub const SEMI_BOLD: &str = "semi-bold";
    pub const ICONS: &str = "icons";
    pub const ICONS_FILL: &str = "icons-fill";
    pub const ICONS_BOLD: &str = "icons-bold";

    #[must_use]
    pub fn medium() -> FontFamily {
        FontFamily::Name(MEDIUM.into())
    }

    #[must_use]
    pub fn semi_bold() -> FontFamily {
        FontFamily::Name(SEMI_BOLD.into())
    }
}
