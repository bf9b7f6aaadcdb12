//! What is wrong with a contract, shown at its place: the line, a caret below it, and what to do.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use remit_contract::{Problem, Severity};
use serde_json::{Value, json};

use crate::{
    cli::{exit::Exit, failure::Failure, screen::Screen},
    inert::Inert,
};

/// Longest line that is shown, in bytes; nobody looks for a caret in a longer one.
const MAX_LINE: usize = 2_000;

/// Cells in a line where the reader is no terminal.
const WIDTH: usize = 110;

/// Prints all of them, for people or for programs, and ends with "no".
///
/// # Errors
/// When the output cannot be written.
pub fn refuse(dir: &Path, problems: &[Problem], screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    if screen.for_programs() {
        let problems: Vec<Value> = problems.iter().map(|problem| entry(dir, problem)).collect();
        screen.object(&json!({ "ok": false, "problems": problems }))?;
        return Ok(Exit::No);
    }
    let sources = sources(dir, problems);
    let renderer = if screen.frame.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(screen.frame.width.unwrap_or(WIDTH));
    for problem in problems {
        let source = sources.get(problem.file.as_str()).map(String::as_str);
        screen.out.write_all(shown(dir, problem, source, &renderer).as_bytes())?;
        screen.out.write_all(b"\n\n")?;
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let plural = if errors == 1 { "" } else { "s" };
    screen.note(&format!("{errors} problem{plural}"))?;
    Ok(Exit::No)
}

/// The files as they are now; one that cannot be read is shown without its lines.
fn sources<'p>(dir: &Path, problems: &'p [Problem]) -> BTreeMap<&'p str, String> {
    let mut sources = BTreeMap::new();
    for problem in problems.iter().filter(|problem| problem.line > 0) {
        if !sources.contains_key(problem.file.as_str())
            && let Ok(text) = fs::read_to_string(dir.join(&problem.file))
        {
            sources.insert(problem.file.as_str(), text);
        }
    }
    sources
}

/// One problem as people read it.
fn shown(dir: &Path, problem: &Problem, source: Option<&str>, renderer: &Renderer) -> String {
    let message = Inert::line(&problem.message).to_string();
    let remedy = Inert::line(&problem.remedy).to_string();
    let path = Inert::line(&path(dir, problem).display().to_string()).to_string();
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(message);
    let hint = Level::HELP.with_name("hint").message(remedy);
    if problem.line == 0 {
        return renderer.render(&[title.element(Origin::path(path)).element(hint)]);
    }
    let origin = Origin::path(path.clone()).line(problem.line).char_column(problem.column);
    let line = source.and_then(|text| text.lines().nth(problem.line.saturating_sub(1)));
    let Some(line) = line.filter(|line| line.len() <= MAX_LINE) else {
        return renderer.render(&[title.element(origin).element(hint)]);
    };
    // Each part is made harmless alone, so that the caret stands below what it is about.
    let part = |from: usize, count: usize| {
        Inert::line(&line.chars().skip(from).take(count).collect::<String>()).to_string()
    };
    let start = problem.column.saturating_sub(1);
    let (before, about) = (part(0, start), part(start, problem.width.max(1)));
    let after = part(start.saturating_add(problem.width.max(1)), usize::MAX);
    let span = before.len()..before.len().saturating_add(about.len());
    let snippet = Snippet::source(format!("{before}{about}{after}"))
        .line_start(problem.line)
        .annotation(AnnotationKind::Primary.span(span));
    // The renderer counts columns in what it is given; where that is longer than what was written, we say them.
    let as_written = line.chars().take(start).eq(before.chars());
    let title =
        if as_written { title.element(snippet.path(path)) } else { title.element(origin).element(snippet) };
    renderer.render(&[title.element(hint)])
}

/// One problem for programs that annotate a change: the end is behind the last character. What is about a whole
/// file has no line.
fn entry(dir: &Path, problem: &Problem) -> Value {
    let known = |number: usize, when: bool| if when { json!(number) } else { Value::Null };
    let (placed, ended) = (problem.line > 0, problem.line > 0 && problem.width > 0);
    json!({
        "severity": problem.severity.as_str(),
        "file": path(dir, problem).display().to_string(),
        "line": known(problem.line, placed),
        "column": known(problem.column, placed),
        "end_line": known(problem.line, ended),
        "end_column": known(problem.column.saturating_add(problem.width), ended),
        "message": problem.message,
        "remedy": problem.remedy,
    })
}

/// The file as the folder was given.
fn path(dir: &Path, problem: &Problem) -> PathBuf {
    dir.join(&problem.file)
}

#[cfg(test)]
mod tests;
