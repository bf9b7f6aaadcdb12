//! What each setting of the console is, and who said so: an option, a variable, the file, or nobody.

use std::fmt;

use serde_json::{Value, json};

use super::{Look, paint::Color};
use crate::{
    config::{Known, Notify},
    tui::theme::{Palette, Surroundings},
};

/// One setting as it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// As the file calls it.
    pub name: &'static str,
    /// What it is.
    pub value: Value,
    /// Who said so.
    pub from: Origin,
    /// What it is about.
    pub about: &'static str,
}

/// Who says what a setting is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody.
    Default,
    /// An option of this command line.
    Option(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// The file, in this line.
    File(usize),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::File(line) => write!(f, "file, line {line}"),
        }
    }
}

/// What the environment says, read once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// About the terminal.
    pub around: Surroundings<'a>,
    /// `REMIT_THEME`.
    pub theme: Option<&'a str>,
    /// `ACCESSIBLE`.
    pub accessible: bool,
}

impl Known {
    /// The line of an entry of the file.
    fn origin(&self, name: &str) -> Origin {
        self.lines.get(name).map_or(Origin::Default, |line| Origin::File(*line))
    }

    /// Who says which keys mean this.
    #[must_use]
    pub fn binding(&self, id: &str) -> Origin {
        self.origin(&format!("keys.{id}"))
    }
}

/// Every setting, in the order of the help.
#[must_use]
pub fn all(known: &Known, look: &Look, color: Color, said: Said<'_>) -> Vec<Setting> {
    let config = &known.config;
    let (theme, theme_from) = theme(known, look, color, said);
    // An option or a variable switches it on; nothing switches it off.
    let flag = |name, option: (bool, &'static str), variable: (bool, &'static str), file: bool| {
        let from = match (option.0, variable.0) {
            (true, _) => Origin::Option(option.1),
            (false, true) => Origin::Variable(variable.1),
            (false, false) => known.origin(name),
        };
        (json!(option.0 || variable.0 || file), from)
    };
    let no = (false, "");
    let locale = said.around.locale.unwrap_or_default().to_lowercase();
    let is_other = !locale.is_empty() && !locale.contains("utf-8") && !locale.contains("utf8");
    let is_still = said.around.no_motion.is_some_and(|text| !text.is_empty());
    let (ascii, ascii_from) = flag("ascii", (look.ascii, "--ascii"), (is_other, "locale"), config.ascii);
    let still = (look.reduced_motion, "--reduced-motion");
    let (still, still_from) = flag("reduced_motion", still, (is_still, "NO_MOTION"), config.reduced_motion);
    let (plain, plain_from) =
        flag("plain", (look.plain, "--plain"), (said.accessible, "ACCESSIBLE"), config.plain);
    let (mouse, mouse_from) = flag("mouse", (look.mouse, "--mouse"), no, config.mouse);
    let notify = match config.notify {
        Notify::Off => "off",
        Notify::Bell => "bell",
        Notify::Desktop => "desktop",
    };
    let title = config.title.map_or_else(|| json!("where the terminal has one"), |title| json!(title));
    let told = [
        ("theme", theme, theme_from, "the colours"),
        ("ascii", ascii, ascii_from, "draw with ASCII alone"),
        ("reduced_motion", still, still_from, "ages go on every five seconds"),
        ("plain", plain, plain_from, "lines instead of a screen, for screen readers"),
        ("mouse", mouse, mouse_from, "select and scroll with it; it never confirms"),
        ("notify", json!(notify), known.origin("notify"), "how a question is told while you look elsewhere"),
        ("title", title, known.origin("title"), "the window's title says where you are and what waits"),
    ];
    told.into_iter().map(|(name, value, from, about)| Setting { name, value, from, about }).collect()
}

fn theme(known: &Known, look: &Look, color: Color, said: Said<'_>) -> (Value, Origin) {
    let refused = [
        (said.around.no_color.is_some_and(|text| !text.is_empty()), "NO_COLOR"),
        (said.around.clicolor == Some("0"), "CLICOLOR"),
        (said.around.term == Some("dumb"), "TERM"),
    ];
    if let Some((_, name)) = refused.into_iter().find(|(is_so, _)| *is_so) {
        return (json!(word(Palette::Plain)), Origin::Variable(name));
    }
    let asked = match said.theme {
        Some(text) if text == word(look.theme) => Origin::Variable("REMIT_THEME"),
        Some(_) | None => Origin::Option("--theme"),
    };
    match (color, look.theme) {
        (Color::Never, _) => (json!(word(Palette::Plain)), Origin::Option("--color")),
        (Color::Auto | Color::Always, Palette::Auto) => {
            (json!(word(known.config.theme)), known.origin("theme"))
        }
        (Color::Auto | Color::Always, chosen) => (json!(word(chosen)), asked),
    }
}

const fn word(palette: Palette) -> &'static str {
    match palette {
        Palette::Auto => "auto",
        Palette::Ansi => "ansi",
        Palette::Dark => "dark",
        Palette::Light => "light",
        Palette::Plain => "plain",
    }
}

#[cfg(test)]
mod tests;
