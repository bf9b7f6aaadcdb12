//! Filters on the command line: read here first, so that what is wrong is shown under what was typed.

use remit_filter::{Filter, Row, Saved};

use crate::{
    cli::{clock, failure::Failure, screen::Screen},
    saved,
};

/// The filter as the control plane is told: with what saved ones stand for, and with times as they are now.
///
/// # Errors
/// When it is none, or what is saved cannot be read.
pub fn filter<R: Row>(words: &[String], screen: &mut Screen<'_>) -> Result<String, Failure> {
    let text = words.join(" ");
    let known = if text.contains('@') { known()? } else { Saved::new() };
    match Filter::<R>::read(&text, &known, clock::now().as_millisecond()) {
        Ok(filter) => Ok(filter.to_string()),
        Err(problem) => {
            screen.note(&format!("  {}", problem.text))?;
            screen.note(&format!("  {}", problem.caret()))?;
            Err(Failure::usage(format!("the filter: {}", problem.words))
                .hint("docs/filter.md and `remit tail --help` show the forms"))
        }
    }
}

fn known() -> Result<Saved, Failure> {
    let Some(path) = saved::path() else { return Ok(Saved::new()) };
    saved::load(&path).map_err(|error| {
        Failure::usage(format!("the saved filters in `{}` cannot be read: {error}", path.display()))
            .hint("mend or remove the file")
    })
}
