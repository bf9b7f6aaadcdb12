//! Going to the control plane of another context while the console runs.

use std::path::Path;

use super::keymap::live::Keymap;
use super::net::Net;
use super::state::State;
use crate::context::{Context, shelf};

/// The names of the contexts, each with its environment.
pub(super) fn contexts() -> String {
    let named = |entry: shelf::Entry| match entry.context {
        Ok(context) => format!("{} ({})", entry.name, context.environment),
        Err(_) => format!("{} (cannot be used)", entry.name),
    };
    match shelf::all() {
        Ok(all) if all.is_empty() => "there is no context; `remit context` says how to make one".to_owned(),
        Ok(all) => all.into_iter().map(named).collect::<Vec<_>>().join("   "),
        Err(error) => error.to_string(),
    }
}

/// A console there that has not heard anything yet, and its connections; or why there is none.
pub(super) fn open(name: &str, keymap: &Keymap, has_mouse: bool) -> Result<(State, Net), String> {
    let path = shelf::resolve(Some(Path::new(name)));
    let context = path.and_then(|path| Context::load(&path));
    let context = context.map_err(|error| format!("{error}; {}", error.hint()))?;
    super::begun(&context, keymap, has_mouse).map_err(|error| format!("{error:#}"))
}
