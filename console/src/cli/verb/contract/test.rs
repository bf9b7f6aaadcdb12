//! `remit contract test`: plays the scenarios of a contract, and says which of its rules none of them needs.

use std::{fs, path::PathBuf};

use clap::Args;
use remit_contract::scenario::{self, Failure as Difference, Played, Rule, Tested, Tie};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use crate::cli::{exit::Exit, failure::Failure, paint::Tone, problems::refuse, screen::Screen};

mod junit;

/// Arguments of `remit contract test`.
#[derive(Args, Debug)]
#[command(
    after_help = "Scenarios say given, when, expect in `scenarios/*.yaml`. They are played offline on the code that
decides in production; tools are not called, the scenarios give their answers.

A rule is vacuous when it never fired, or when every decision of every scenario is the same without it.
What vacuous rules say is not tested; with --strict they end the command with 1, too.

Examples:
  remit contract test contracts/refund-decision
  remit contract test contracts/refund-decision --filter rollback
  remit contract test contracts/refund-decision --strict --junit scenarios.xml"
)]
pub struct Test {
    /// The contract's folder
    pub dir: PathBuf,
    /// Only scenarios whose file or id contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// A vacuous rule is an error
    #[arg(long, conflicts_with = "filter")]
    pub strict: bool,
    /// Also write a JUnit report there
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Plays the scenarios and prints what each showed.
///
/// # Errors
/// When the filter fits nothing, or a report cannot be written.
pub fn run(args: &Test, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let tested = match scenario::test(&args.dir, args.filter.as_deref()) {
        Ok(tested) => tested,
        Err(problems) => return refuse(&args.dir, &problems, screen),
    };
    if let (true, Some(filter)) = (tested.scenarios.is_empty(), &args.filter) {
        return Err(Failure::no(format!("no scenario is called `{filter}`"))
            .hint("the text must be a part of a scenario's id or of its file's name"));
    }
    if let Some(path) = &args.junit {
        let report = junit::report(&tested, args.strict)
            .and_then(|report| fs::write(path, report).map_err(|error| error.to_string()));
        report.map_err(|error| Failure::no(format!("`{}` cannot be written: {error}", path.display())))?;
    }
    let ok = tested.passed() && !(args.strict && tested.vacuous().next().is_some());
    if screen.for_programs() {
        screen.object(&json(&tested, ok))?;
    } else {
        print(&tested, args.strict, screen)?;
    }
    Ok(if ok { Exit::Ok } else { Exit::No })
}

fn print(tested: &Tested, strict: bool, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let mut file = "";
    for played in &tested.scenarios {
        if played.file != file {
            screen.toned(&format!("{}  {}", played.file, played.suite), Tone::Title)?;
            file = &played.file;
        }
        match &played.failure {
            None => screen.line(&format!("  ok      {}", played.id))?,
            Some(difference) => {
                screen.toned(&format!("  FAILED  {}", played.id), Tone::Bad)?;
                differ(played, difference, screen)?;
            }
        }
    }
    if !tested.rules.is_empty() {
        coverage(&tested.rules, strict, screen)?;
    }
    let failed = tested.scenarios.iter().filter(|played| played.failure.is_some()).count();
    let (total, terms) = (tested.scenarios.len(), &tested.terms);
    let (said, tone) = match failed {
        0 => (format!("{total} scenarios ok"), Tone::Plain),
        failed => (format!("{failed} of {total} scenarios FAILED"), Tone::Bad),
    };
    screen.toned(&format!("{} {}: {said}", terms.service, terms.version), tone)?;
    Ok(())
}

/// Expected against got, line by line.
fn differ(played: &Played, difference: &Difference, screen: &mut Screen<'_>) -> Result<(), Failure> {
    screen.line(&format!("          {}:{}: {}", played.file, difference.line, difference.step))?;
    let diff = TextDiff::from_lines(&difference.expected, &difference.got);
    for change in diff.iter_all_changes() {
        let (mark, tone) = match change.tag() {
            ChangeTag::Delete => ("expected", Tone::Bad),
            ChangeTag::Insert => ("got     ", Tone::Warn),
            ChangeTag::Equal => ("        ", Tone::Dim),
        };
        screen.toned(&format!("            {mark}  {}", change.value().trim_end()), tone)?;
    }
    for note in &difference.notes {
        screen.line(&format!("          note: {note}"))?;
    }
    Ok(())
}

fn coverage(rules: &[Rule], strict: bool, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let held = rules.iter().filter(|rule| rule.tie == Tie::Held).count();
    screen.toned("coverage", Tone::Title)?;
    screen.line(&format!("  {held} of {} rules are held by a scenario", rules.len()))?;
    for rule in rules {
        let (word, tone, why) = match rule.tie {
            Tie::Held => continue,
            Tie::Loose => ("loose", Tone::Warn, "decisions differ without it, but no scenario says so"),
            Tie::Vacuous if strict => ("VACUOUS", Tone::Bad, "no scenario shows that it means anything"),
            Tie::Vacuous => ("vacuous", Tone::Warn, "no scenario shows that it means anything"),
        };
        let place = format!("{}:{}", rule.file, rule.line);
        screen.toned(&format!("  {word:<7}  {place:<18}  {}: {why}", rule.name), tone)?;
    }
    Ok(())
}

fn json(tested: &Tested, ok: bool) -> Value {
    json!({
        "ok": ok,
        "service": tested.terms.service.as_str(),
        "version": tested.terms.version,
        "digest": tested.terms.digest.to_string(),
        "scenarios": tested.scenarios.iter().map(played_json).collect::<Vec<_>>(),
        "rules": tested.rules.iter().map(rule_json).collect::<Vec<_>>(),
        "problems": [],
    })
}

fn played_json(played: &Played) -> Value {
    json!({
        "file": played.file,
        "line": played.line,
        "suite": played.suite,
        "id": played.id,
        "steps": played.steps,
        "ok": played.failure.is_none(),
        "failure": played.failure.as_ref().map(|difference| json!({
            "line": difference.line,
            "step": difference.step,
            "expected": lines(&difference.expected),
            "got": lines(&difference.got),
            "notes": difference.notes,
        })),
    })
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

fn rule_json(rule: &Rule) -> Value {
    json!({ "name": rule.name, "file": rule.file, "line": rule.line, "tie": rule.tie.as_str() })
}
