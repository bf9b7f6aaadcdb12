//! `remit schema`: what programs may count on in the answers of `-o json`, as JSON Schemas.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cli::{
    complete,
    failure::Failure,
    screen::Screen,
    table::{Cell, Column},
};

/// The answers by verb, and the parts that they are made of.
const ANSWERS: &str = include_str!("../../../../assets/schemas/answers.json");

/// Arguments of `remit schema`.
#[derive(Args, Debug)]
#[command(
    after_help = "Fields are only added, so a program that takes what it knows goes on working. A verb that writes one line after
the other has the schema of a line.

Examples:
  remit schema                                 the verbs that have one
  remit schema get-actions
  remit schema stop > stop.schema.json"
)]
pub struct Schema {
    /// The verb with its words joined, as `get-actions`; all names when left out
    #[arg(value_name = "VERB", add = ArgValueCompleter::new(complete::schemas))]
    pub verb: Option<String>,
}

/// The file as it is shipped.
#[derive(Deserialize)]
struct Answers {
    #[serde(rename = "$schema")]
    dialect: String,
    answers: BTreeMap<String, Value>,
    #[serde(rename = "$defs")]
    parts: BTreeMap<String, Value>,
}

const COLUMNS: &[Column<(String, Value)>] = &[
    Column::new("VERB", |row: &(String, Value), _| Cell::new(&row.0)),
    Column::new("OF", |row: &(String, Value), _| {
        Cell::new(row.1.get("description").and_then(Value::as_str).unwrap_or_default())
    }),
];

/// Every verb whose answer has a schema.
///
/// # Errors
/// When what was shipped is damaged.
pub fn names() -> Result<Vec<String>, Failure> {
    Ok(answers()?.answers.into_keys().collect())
}

fn answers() -> Result<Answers, Failure> {
    serde_json::from_str(ANSWERS).map_err(|error| Failure::no(format!("the shipped schemas: {error}")))
}

/// The schema of one verb's answer, which needs no other file; nothing where it has none.
///
/// # Errors
/// When what was shipped is damaged.
pub fn schema(verb: &str) -> Result<Option<Value>, Failure> {
    let Answers { dialect, answers, parts } = answers()?;
    let Some(answer) = answers.get(verb) else { return Ok(None) };
    let mut needed = BTreeSet::new();
    references(answer, &parts, &mut needed);
    let defs: Map<String, Value> =
        needed.iter().filter_map(|name| Some((name.clone(), parts.get(name)?.clone()))).collect();
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!(dialect));
    whole.insert("title".to_owned(), json!(format!("The answer of remit {}", verb.replace('-', " "))));
    whole.extend(answer.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    if !defs.is_empty() {
        whole.insert("$defs".to_owned(), Value::Object(defs));
    }
    Ok(Some(Value::Object(whole)))
}

/// The parts that a schema names, and theirs.
fn references(schema: &Value, parts: &BTreeMap<String, Value>, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let named = fields.get("$ref").and_then(Value::as_str);
            if let Some(name) = named.and_then(|path| path.strip_prefix("#/$defs/"))
                && found.insert(name.to_owned())
                && let Some(part) = parts.get(name)
            {
                references(part, parts, found);
            }
            fields.values().for_each(|value| references(value, parts, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, parts, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Prints it, or the names.
///
/// # Errors
/// When there is none of that name, or the output cannot be written.
pub fn run(args: &Schema, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let Some(verb) = &args.verb else {
        let rows: Vec<_> = answers()?.answers.into_iter().collect();
        return Ok(screen.list("schemas", &rows, COLUMNS, |(name, _)| json!(name))?);
    };
    let found = schema(verb)?.ok_or_else(|| {
        Failure::no(format!("no answer has the schema `{verb}`")).hint("`remit schema` lists them")
    })?;
    Ok(screen.object(&found)?)
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory as _};
    use serde_json::Value;

    use super::{answers, names, references, schema};
    use crate::cli::Cli;

    /// What answers with a text of its own, whatever `-o` says.
    const TEXTS: [&str; 8] =
        ["console", "completions", "man", "replay", "schema", "contract-schema", "domain-schema", "help"];

    fn verbs(command: &Command, before: &str, found: &mut Vec<String>) {
        for verb in command.get_subcommands() {
            let name = format!("{before}{}", verb.get_name());
            if verb.get_name() == "help" {
                continue;
            }
            if verb.get_subcommands().next().is_none() || verb.is_args_conflicts_with_subcommands_set() {
                found.push(name.clone());
            }
            verbs(verb, &format!("{name}-"), found);
        }
    }

    #[test]
    fn every_verb_has_one_and_every_one_a_verb() {
        let mut verbs_found = Vec::new();
        verbs(&Cli::command(), "", &mut verbs_found);
        let known = names().unwrap();
        let lacking: Vec<_> = verbs_found
            .iter()
            .filter(|verb| !TEXTS.contains(&verb.as_str()) && !known.contains(verb))
            .collect();
        assert!(lacking.is_empty(), "no schema: {lacking:?}");
        let idle: Vec<_> =
            known.iter().filter(|name| !verbs_found.contains(name) && *name != "cost-books").collect();
        assert!(idle.is_empty(), "no verb: {idle:?}");
    }

    #[test]
    fn each_stands_alone() {
        let all = answers().unwrap();
        for name in all.answers.keys() {
            let whole = schema(name).unwrap().unwrap();
            let mut needed = std::collections::BTreeSet::new();
            references(&whole, &all.parts, &mut needed);
            let has: Vec<_> = whole
                .get("$defs")
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(|defs| defs.keys())
                .collect();
            assert!(needed.iter().all(|part| has.contains(&part)), "{name} lacks a part: {needed:?} {has:?}");
        }
        assert_eq!(schema("get-nothing").unwrap(), None);
    }
}
