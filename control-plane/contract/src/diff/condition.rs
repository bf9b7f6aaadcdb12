//! A threshold that moved: two Cedar conditions that differ in one compared number, and which is true
//! more often. Only conjunctions and disjunctions may stand around it: below anything else, such as a
//! negation, less can be more.

use std::cmp::Ordering;

use serde_json::Value;

/// A number that moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Shift {
    /// What is compared, without `context`.
    pub(super) subject: String,
    /// The number as it was, as people read it.
    pub(super) before: String,
    /// And as it is.
    pub(super) after: String,
    /// `Greater` when the condition is true more often now.
    pub(super) truth: Ordering,
}

/// The threshold by which two expressions (Cedar's JSON form) differ, when that is all.
pub(super) fn shift(before: &Value, after: &Value) -> Option<Shift> {
    let (operator, sides) = sole(before)?;
    let (other, others) = sole(after)?;
    if operator != other {
        return None;
    }
    let side = |value: &Value, key: &str| value.get(key).cloned();
    let (left, right) = (side(sides, "left")?, side(sides, "right")?);
    let (new_left, new_right) = (side(others, "left")?, side(others, "right")?);
    match (operator, left == new_left, right == new_right) {
        ("&&" | "||", true, false) => shift(&right, &new_right),
        ("&&" | "||", false, true) => shift(&left, &new_left),
        (">" | ">=", true, false) => numbers(&left, &right, &new_right, Ordering::reverse),
        ("<" | "<=", true, false) => numbers(&left, &right, &new_right, |order| order),
        (">" | ">=", false, true) => numbers(&right, &left, &new_left, |order| order),
        ("<" | "<=", false, true) => numbers(&right, &left, &new_left, Ordering::reverse),
        _ => None,
    }
}

fn numbers(subject: &Value, before: &Value, after: &Value, truth: fn(Ordering) -> Ordering) -> Option<Shift> {
    let (before, after) = (before.get("Value")?.as_i64()?, after.get("Value")?.as_i64()?);
    let mut keys = Vec::new();
    path(subject, &mut keys)?;
    let subject = keys.join(".");
    let minor = subject.ends_with("_minor");
    let shown = |number: i64| match (minor, u64::try_from(number)) {
        (true, Ok(number)) => format!("{}.{:02}", number / 100, number % 100),
        (true | false, _) => number.to_string(),
    };
    Some(Shift { subject, before: shown(before), after: shown(after), truth: truth(after.cmp(&before)) })
}

fn path(expression: &Value, keys: &mut Vec<String>) -> Option<()> {
    match sole(expression)? {
        ("Var", _) => Some(()),
        (".", access) => {
            path(access.get("left")?, keys)?;
            keys.push(access.get("attr")?.as_str()?.to_owned());
            Some(())
        }
        _ => None,
    }
}

fn sole(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, value)| (key.as_str(), value))
}

/// The JSON form of a condition of the document.
pub(super) fn parse(condition: &str) -> Option<Value> {
    let text = format!("permit(principal, action, resource) when {{ {condition} }};");
    let policy: cedar_policy::Policy = text.parse().ok()?;
    policy.to_json().ok()?.pointer("/conditions/0/body").cloned()
}
