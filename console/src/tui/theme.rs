//! Every colour of the console, by meaning; a word or sign always says the same, so colour may be absent.

use ratatui::style::{Color, Modifier, Style};

/// Styles by what they mean.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
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
}

impl Theme {
    /// The sixteen colours of the terminal's own palette on its own background.
    #[must_use]
    pub fn ansi() -> Self {
        let plain = Style::new();
        Self {
            text: plain,
            dim: plain.fg(Color::DarkGray),
            strong: plain.add_modifier(Modifier::BOLD),
            ok: plain.fg(Color::Green),
            warn: plain.fg(Color::Yellow).add_modifier(Modifier::BOLD),
            crit: plain.fg(Color::LightRed).add_modifier(Modifier::BOLD | Modifier::REVERSED),
            held: plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            selected: plain.add_modifier(Modifier::REVERSED),
            border: plain.fg(Color::DarkGray),
            field: plain.add_modifier(Modifier::UNDERLINED),
        }
    }

    /// No colour at all: bold, underline and reverse only.
    #[must_use]
    pub fn plain() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            text: plain,
            dim: plain,
            strong: bold,
            ok: plain,
            warn: bold,
            crit: bold.add_modifier(Modifier::REVERSED),
            held: bold,
            selected: plain.add_modifier(Modifier::REVERSED),
            border: plain,
            field: plain.add_modifier(Modifier::UNDERLINED),
        }
    }

    /// The theme for this terminal: no colour when `NO_COLOR` is set or the terminal is dumb.
    #[must_use]
    pub fn for_terminal(no_color: Option<&str>, term: Option<&str>) -> Self {
        let wanted = no_color.is_none_or(str::is_empty) && term != Some("dumb");
        if wanted { Self::ansi() } else { Self::plain() }
    }
}
