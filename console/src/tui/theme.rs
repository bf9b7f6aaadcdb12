//! Every colour of the console, by meaning; a word or sign always says the same, so colour may be absent.

use ratatui::style::{Color, Modifier, Style};

#[cfg(test)]
mod tests;

/// Which colours to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Palette {
    /// The terminal's own sixteen colours, or none where it wants none
    #[default]
    Auto,
    /// The terminal's own sixteen colours
    Ansi,
    /// Bright on a dark ground, in true colour
    Dark,
    /// Dark on a light ground, in true colour
    Light,
    /// No colour: bold, underlined and reversed only
    Plain,
}

/// How the console is to look, as somebody asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// Which colours.
    pub palette: Palette,
    /// Draw with ASCII alone. What services wrote stays as it came.
    pub ascii: bool,
    /// Move as little as possible: ages go on every five seconds.
    pub still: bool,
}

/// What the environment says about the terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// `NO_COLOR`: any text but the empty one refuses colour.
    pub no_color: Option<&'a str>,
    /// `CLICOLOR`: `0` refuses colour.
    pub clicolor: Option<&'a str>,
    /// `TERM`: `dumb` has none.
    pub term: Option<&'a str>,
    /// The locale that holds: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is not empty.
    pub locale: Option<&'a str>,
    /// `NO_MOTION`: any text but the empty one.
    pub no_motion: Option<&'a str>,
}

/// Styles by what they mean, and how still and plain the drawing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// What everything stands on.
    pub ground: Style,
    /// Ordinary text.
    pub text: Style,
    /// Labels and what matters less.
    pub dim: Style,
    /// Headings and names of places.
    pub strong: Style,
    /// All is well.
    pub ok: Style,
    /// Look at it.
    pub warn: Style,
    /// Act on it.
    pub crit: Style,
    /// Held back by a switch or waiting for a person.
    pub held: Style,
    /// The row under the cursor.
    pub selected: Style,
    /// Frames.
    pub border: Style,
    /// Text fields with the focus.
    pub field: Style,
    /// Whether only ASCII is drawn.
    pub ascii: bool,
    /// Whether ages go on in steps.
    pub still: bool,
}

/// The colours of a theme in true colour, as `0xRRGGBB`.
#[derive(Clone, Copy, Debug)]
struct Colours {
    ground: u32,
    text: u32,
    dim: u32,
    ok: u32,
    warn: u32,
    crit: u32,
    held: u32,
}

/// Found by a search for the largest least difference between the four states in normal, protan, deutan and tritan
/// vision with a contrast of at least 4.5 to the ground; `tests.rs` holds them to it.
const DARK: Colours = Colours {
    ground: 0x10_14_18,
    text: 0xE6_EA_EE,
    dim: 0x93_A0_AC,
    ok: 0xCD_EB_F9,
    warn: 0xFD_E9_A4,
    crit: 0x00F0_3632,
    held: 0xCE_70_FA,
};

/// As [`DARK`], on a light ground.
const LIGHT: Colours = Colours {
    ground: 0xFA_FA_F7,
    text: 0x1A_1D_21,
    dim: 0x55_60_6B,
    ok: 0x16_2B_44,
    warn: 0x2C_21_08,
    crit: 0xCF_3B_15,
    held: 0x9D_39_B1,
};

impl Theme {
    /// The sixteen colours of the terminal's own palette on its own background.
    #[must_use]
    pub fn ansi() -> Self {
        let plain = Style::new();
        Self {
            dim: plain.fg(Color::DarkGray),
            ok: plain.fg(Color::Green),
            warn: plain.fg(Color::Yellow).add_modifier(Modifier::BOLD),
            crit: plain.fg(Color::LightRed).add_modifier(Modifier::BOLD | Modifier::REVERSED),
            held: plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            border: plain.fg(Color::DarkGray),
            ..Self::plain()
        }
    }

    /// No colour at all: bold, underline and reverse only.
    #[must_use]
    pub fn plain() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            strong: bold,
            warn: bold,
            crit: bold.add_modifier(Modifier::REVERSED),
            held: bold,
            selected: plain.add_modifier(Modifier::REVERSED),
            field: plain.add_modifier(Modifier::UNDERLINED),
            ..Self::default()
        }
    }

    /// Bright on a dark ground.
    #[must_use]
    pub fn dark() -> Self {
        Self::of(DARK)
    }

    /// Dark on a light ground.
    #[must_use]
    pub fn light() -> Self {
        Self::of(LIGHT)
    }

    fn of(colours: Colours) -> Self {
        let style = |colour: u32| Style::new().fg(Color::from_u32(colour));
        let plain = Self::plain();
        Self {
            ground: style(colours.text).bg(Color::from_u32(colours.ground)),
            text: style(colours.text),
            dim: style(colours.dim),
            strong: style(colours.text).patch(plain.strong),
            ok: style(colours.ok),
            warn: style(colours.warn).patch(plain.warn),
            crit: style(colours.crit).patch(plain.crit),
            held: style(colours.held).patch(plain.held),
            border: style(colours.dim),
            field: style(colours.text).patch(plain.field),
            ..plain
        }
    }

    /// What was asked for, as far as this terminal takes it.
    #[must_use]
    pub fn chosen(looks: Looks, around: Surroundings<'_>) -> Self {
        let said = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
        let refused = said(around.no_color) || around.clicolor == Some("0") || around.term == Some("dumb");
        let theme = match looks.palette {
            _ if refused => Self::plain(),
            Palette::Auto | Palette::Ansi => Self::ansi(),
            Palette::Dark => Self::dark(),
            Palette::Light => Self::light(),
            Palette::Plain => Self::plain(),
        };
        let locale = around.locale.unwrap_or_default().to_lowercase();
        let is_other = !locale.is_empty() && !locale.contains("utf-8") && !locale.contains("utf8");
        Self { ascii: looks.ascii || is_other, still: looks.still || said(around.no_motion), ..theme }
    }
}
