//! A filter that is understood: holds for a row or not, and can be written down again.

use std::fmt;

use regex::Regex;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{
    field::{Kind, Row, Value},
    literal::{write_moment, write_span},
    syntax::{Op, is_plain},
};

#[derive(Debug, Clone)]
pub(crate) enum Expr {
    /// At least two, none of them `Any`.
    Any(Vec<Self>),
    /// At least two, none of them `All`.
    All(Vec<Self>),
    Not(Box<Self>),
    /// A text that is looked for, ignoring case.
    Word(String, Regex),
    Test(Test),
}

#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) name: &'static str,
    /// Which of the row's fields.
    pub(crate) field: usize,
    /// Into its JSON.
    pub(crate) path: Vec<String>,
    pub(crate) op: Op,
    pub(crate) against: Vec<Against>,
}

/// What is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Against {
    Null,
    /// As it is written, and as what finds it.
    Text(String, Regex),
    Number(Decimal),
    Span(i64),
    Moment(i64),
    Flag(bool),
}

impl Expr {
    pub(crate) fn holds<R: Row>(&self, row: &R, now: i64, more: &[&str]) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(row, now, more)),
            Self::All(parts) => parts.iter().all(|part| part.holds(row, now, more)),
            Self::Not(part) => !part.holds(row, now, more),
            Self::Word(_, find) => said(row, now, find) || more.iter().any(|text| find.is_match(text)),
            Self::Test(test) => test.holds(row, now),
        }
    }
}

/// Whether any text of the row has it.
fn said<R: Row>(row: &R, now: i64, find: &Regex) -> bool {
    let texts =
        R::fields().iter().filter(|field| matches!(field.kind, Kind::Text | Kind::Word(_) | Kind::Json));
    texts.into_iter().any(|field| match (field.get)(row, now) {
        Value::Text(text) => find.is_match(text),
        Value::Texts(texts) => texts.iter().any(|text| find.is_match(text)),
        Value::Null | Value::Number(_) | Value::Micros(_) | Value::Millis(_) | Value::Flag(_) => false,
    })
}

impl Test {
    fn holds<R: Row>(&self, row: &R, now: i64) -> bool {
        let Some(field) = R::fields().get(self.field) else { return false };
        let value = (field.get)(row, now);
        let negative = matches!(self.op, Op::IsNot | Op::NotLike);
        let fits = if self.path.is_empty() {
            self.against.iter().any(|against| fits(self.op, &value, against))
        } else {
            let json = if let Value::Text(text) = value { serde_json::from_str(text).ok() } else { None };
            let found = json.as_ref().and_then(|json: &Json| {
                self.path.iter().try_fold(json, |json, key| {
                    if let Json::Array(list) = json {
                        list.get(key.parse::<usize>().ok()?)
                    } else {
                        json.get(key)
                    }
                })
            });
            self.against.iter().any(|against| fits_json(self.op, found, against))
        };
        fits != negative
    }
}

/// Whether a value is so, leaving a negation to the caller.
fn fits(op: Op, value: &Value<'_>, against: &Against) -> bool {
    match (value, against) {
        (Value::Null, Against::Null) => true,
        (Value::Text(text), Against::Null) => text.is_empty(),
        (Value::Texts(texts), Against::Null) => texts.is_empty(),
        (Value::Text(text), Against::Text(wanted, find)) => text_fits(op, text, wanted, find),
        (Value::Texts(texts), Against::Text(wanted, find)) => {
            texts.iter().any(|text| text_fits(op, text, wanted, find))
        }
        (Value::Number(number), Against::Number(wanted)) => compare(op, &Decimal::from(*number), wanted),
        (Value::Micros(micros), Against::Number(wanted)) => {
            Decimal::try_from_i128_with_scale(i128::from(*micros), 6)
                .is_ok_and(|amount| compare(op, &amount, wanted))
        }
        (Value::Millis(millis), Against::Span(wanted) | Against::Moment(wanted)) => {
            compare(op, millis, wanted)
        }
        (Value::Flag(flag), Against::Flag(wanted)) => flag == wanted,
        _ => false,
    }
}

fn fits_json(op: Op, value: Option<&Json>, against: &Against) -> bool {
    match (value, against) {
        (None | Some(Json::Null), Against::Null) => true,
        (Some(Json::Number(number)), Against::Number(wanted)) => {
            let number = number.to_string();
            let exact = number.parse().or_else(|_| Decimal::from_scientific(&number));
            exact.is_ok_and(|number: Decimal| compare(op, &number, wanted))
        }
        (Some(Json::Bool(flag)), Against::Flag(wanted)) => flag == wanted,
        (Some(Json::String(text)), Against::Text(wanted, find)) => text_fits(op, text, wanted, find),
        _ => false,
    }
}

fn text_fits(op: Op, text: &str, wanted: &str, find: &Regex) -> bool {
    match op {
        Op::Is | Op::IsNot | Op::In => text.eq_ignore_ascii_case(wanted),
        Op::Like | Op::NotLike | Op::Contains => find.is_match(text),
        Op::Below | Op::AtMost | Op::Above | Op::AtLeast => false,
    }
}

fn compare<T: PartialOrd>(op: Op, value: &T, wanted: &T) -> bool {
    match op {
        Op::Is | Op::IsNot | Op::In => value == wanted,
        Op::Below => value < wanted,
        Op::AtMost => value <= wanted,
        Op::Above => value > wanted,
        Op::AtLeast => value >= wanted,
        Op::Like | Op::NotLike | Op::Contains => false,
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(parts) => parts
                .iter()
                .enumerate()
                .try_for_each(|(nth, part)| write!(f, "{}{part}", if nth == 0 { "" } else { " or " })),
            Self::All(parts) => parts.iter().enumerate().try_for_each(|(nth, part)| {
                f.write_str(if nth == 0 { "" } else { " " })?;
                part.inside(f)
            }),
            Self::Not(part) => {
                f.write_str("!")?;
                part.inside(f)
            }
            Self::Word(word, _) => write_text(f, word, is_word(word)),
            Self::Test(test) => test.fmt(f),
        }
    }
}

impl Expr {
    /// In brackets where it would fall apart without.
    fn inside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(_) | Self::All(_) => write!(f, "({self})"),
            Self::Not(_) | Self::Word(..) | Self::Test(_) => fmt::Display::fmt(self, f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.path.iter().try_for_each(|key| write!(f, ".{key}"))?;
        f.write_str(match self.op {
            Op::Is => "=",
            Op::IsNot => "!=",
            Op::Like => "~",
            Op::NotLike => "!~",
            Op::Below => "<",
            Op::AtMost => "<=",
            Op::Above => ">",
            Op::AtLeast => ">=",
            Op::Contains => ":",
            Op::In => " in (",
        })?;
        for (nth, against) in self.against.iter().enumerate() {
            f.write_str(if nth == 0 { "" } else { ", " })?;
            against.fmt(f)?;
        }
        f.write_str(if self.op == Op::In { ")" } else { "" })
    }
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Text(text, _) => write_text(f, text, is_value(text)),
            Self::Number(number) => number.fmt(f),
            Self::Span(millis) => f.write_str(&write_span(*millis)),
            Self::Moment(millis) => f.write_str(&write_moment(*millis)),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str, plain: bool) -> fmt::Result {
    if plain {
        f.write_str(text)
    } else {
        write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// A word that is read as itself without quotes.
fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word.chars().all(is_plain)
        && !word.starts_with('-')
        && !["and", "or", "not", "in"].contains(&word)
}

/// A value that is read as this text without quotes, whatever the field.
fn is_value(text: &str) -> bool {
    let letters = |letter: char| {
        letter.is_ascii_alphanumeric() || ['_', '-', '.', '/', '^', '$', ':'].contains(&letter)
    };
    let begins =
        text.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '^');
    begins && text.chars().all(letters) && !["null", "true", "false"].contains(&text)
}
