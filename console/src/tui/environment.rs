//! What the environment of the process says about the terminal, read in one place: the console draws by it, and
//! `remit config explain` tells it.

use std::env;

use super::theme::Surroundings;

/// Lets somebody look at it.
pub(crate) fn around<T>(look: impl FnOnce(Surroundings<'_>) -> T) -> T {
    let setting = |name: &str| env::var(name).ok();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(setting).find(|text| !text.is_empty());
    let [no_color, clicolor, term, no_motion] = ["NO_COLOR", "CLICOLOR", "TERM", "NO_MOTION"].map(setting);
    look(Surroundings {
        no_color: no_color.as_deref(),
        clicolor: clicolor.as_deref(),
        term: term.as_deref(),
        locale: locale.as_deref(),
        no_motion: no_motion.as_deref(),
    })
}
