//! What the parts of a filter mean for rows of one kind: fields by name, values by the field's kind.

use std::{marker::PhantomData, ops::Range};

use regex::{Regex, RegexBuilder};

use crate::{
    Problem, Saved,
    error::{unknown_field, unknown_word},
    expr::{Against, Expr, Test},
    field::{Field, Kind, Row},
    literal,
    syntax::{self, Op, Part, Raw},
};

/// Largest compiled pattern, in bytes.
const PATTERN: usize = 64 << 10;

/// How deep saved filters may stand in one another.
const SAVED_IN_SAVED: usize = 8;

pub(crate) struct Meaning<'a, R> {
    text: &'a str,
    saved: &'a Saved,
    now: i64,
    /// Names that are being read, outermost first.
    within: Vec<String>,
    rows: PhantomData<fn(&R)>,
}

impl<'a, R: Row> Meaning<'a, R> {
    pub(crate) fn new(text: &'a str, saved: &'a Saved, now: i64) -> Self {
        Self { text, saved, now, within: Vec::new(), rows: PhantomData }
    }

    pub(crate) fn of(&self, raw: Raw) -> Result<Expr, Problem> {
        Ok(match raw {
            Raw::Any(parts) => Expr::Any(
                self.flat(parts, |part| if let Expr::Any(inner) = part { Ok(inner) } else { Err(part) })?,
            ),
            Raw::All(parts) => Expr::All(
                self.flat(parts, |part| if let Expr::All(inner) = part { Ok(inner) } else { Err(part) })?,
            ),
            Raw::Not(part) => {
                let part = self.of(*part)?;
                if let Expr::Not(inner) = part { *inner } else { Expr::Not(Box::new(part)) }
            }
            Raw::Word(word) => self.word(word)?,
            Raw::Saved(name) => self.saved(&name)?,
            Raw::Test { field, op, values } => Expr::Test(self.test(&field, op, &values)?),
        })
    }

    /// The parts of a list; those of a list of the same kind inside stand beside the others.
    fn flat(
        &self,
        parts: Vec<Raw>,
        inner: impl Fn(Expr) -> Result<Vec<Expr>, Expr>,
    ) -> Result<Vec<Expr>, Problem> {
        let mut all = Vec::new();
        for part in parts {
            match inner(self.of(part)?) {
                Ok(inner) => all.extend(inner),
                Err(part) => all.push(part),
            }
        }
        Ok(all)
    }

    fn wrong(&self, at: &Range<usize>, words: impl Into<String>) -> Problem {
        Problem::new(self.text, at.clone(), words)
    }

    /// A word that names a yes or no says yes; any other is looked for.
    fn word(&self, word: Part) -> Result<Expr, Problem> {
        let flag = |field: &Field<R>| field.kind == Kind::Flag && field.name == word.text;
        if !word.quoted
            && let Some(field) = R::fields().iter().position(flag)
        {
            let name = R::fields().get(field).map_or("", |field| field.name);
            let against = vec![Against::Flag(true)];
            return Ok(Expr::Test(Test { name, field, path: Vec::new(), op: Op::Is, against }));
        }
        let find = self.literally(&word)?;
        Ok(Expr::Word(word.text, find))
    }

    fn saved(&self, name: &Part) -> Result<Expr, Problem> {
        let Some(text) = self.saved.get(&name.text) else {
            let known = self.saved.keys().map(|name| format!("@{name}")).collect::<Vec<_>>().join(", ");
            let known =
                if known.is_empty() { "none is saved".to_owned() } else { format!("there are: {known}") };
            return Err(self.wrong(&name.at, format!("no filter is saved as `{}`; {known}", name.text)));
        };
        if self.within.contains(&name.text) || SAVED_IN_SAVED <= self.within.len() {
            return Err(
                self.wrong(&name.at, format!("`@{}` stands in itself, or too deep in others", name.text))
            );
        }
        let within = self.within.iter().cloned().chain([name.text.clone()]).collect();
        let inner = Meaning::<R> { text, saved: self.saved, now: self.now, within, rows: PhantomData };
        let read = syntax::read(text).and_then(|raw| raw.map(|raw| inner.of(raw)).transpose());
        match read {
            Ok(Some(expr)) => Ok(expr),
            Ok(None) => Err(self.wrong(&name.at, format!("`@{}` is empty", name.text))),
            Err(problem) => Err(self.wrong(&name.at, format!("`@{}`: {}", name.text, problem.words))),
        }
    }

    fn test(&self, name: &Part, op: Op, values: &[Part]) -> Result<Test, Problem> {
        // `since` and `until` are how people say what `at` is compared with.
        let (asked, op) = match (name.text.as_str(), op) {
            ("since", Op::Is | Op::Contains) => ("at", Op::AtLeast),
            ("until", Op::Is | Op::Contains) => ("at", Op::Below),
            (text, op) => (text, op),
        };
        let (asked, path) = asked.split_once('.').map_or((asked, None), |(first, path)| (first, Some(path)));
        let known = |field: &Field<R>| field.name == asked || field.short == Some(asked);
        let place = R::fields().iter().position(known);
        let found = place.and_then(|place| Some((place, R::fields().get(place)?)));
        let Some((place, field)) = found else {
            return Err(self.wrong(&name.at, unknown_field(&name.text, R::fields())));
        };
        let path: Vec<String> =
            path.map(|path| path.split('.').map(str::to_owned).collect()).unwrap_or_default();
        if !path.is_empty() && (field.kind != Kind::Json || path.iter().any(String::is_empty)) {
            return Err(self.wrong(&name.at, format!("`{}` has nothing inside", field.name)));
        }
        if !suits(op, field.kind, !path.is_empty()) {
            return Err(self.wrong(
                &name.at,
                format!("`{}` cannot be compared so; {}", field.name, suiting(field.kind)),
            ));
        }
        let inside = !path.is_empty();
        let against =
            values.iter().map(|value| self.value(field, (op, inside), value)).collect::<Result<_, _>>()?;
        Ok(Test { name: field.name, field: place, path, op, against })
    }

    fn value(&self, field: &Field<R>, (op, inside): (Op, bool), value: &Part) -> Result<Against, Problem> {
        let wrong = |words: &str| self.wrong(&value.at, words);
        if !value.quoted && value.text == "null" && matches!(op, Op::Is | Op::IsNot | Op::In) {
            return Ok(Against::Null);
        }
        Ok(match field.kind {
            Kind::Number | Kind::Amount => Against::Number(literal::number(&value.text).map_err(wrong)?),
            Kind::Span => Against::Span(literal::span(&value.text).map_err(wrong)?),
            Kind::Time => Against::Moment(literal::moment(&value.text, self.now).map_err(wrong)?),
            Kind::Flag => Against::Flag(value.text.parse().map_err(|_| wrong("this is `true` or `false`"))?),
            Kind::Word(words)
                if matches!(op, Op::Is | Op::IsNot | Op::In) && !words.contains(&value.text.as_str()) =>
            {
                return Err(wrong(&unknown_word(field.name, &value.text, field.kind)));
            }
            Kind::Json
                if inside
                    && !value.quoted
                    && let Some(against) = plain(op, &value.text) =>
            {
                against
            }
            Kind::Json if inside && matches!(op, Op::Below | Op::AtMost | Op::Above | Op::AtLeast) => {
                return Err(wrong("a number is wanted here, without a unit"));
            }
            Kind::Text | Kind::Word(_) | Kind::Json => {
                let find = if matches!(op, Op::Like | Op::NotLike) {
                    self.pattern(value)?
                } else {
                    self.literally(value)?
                };
                Against::Text(value.text.clone(), find)
            }
        })
    }

    fn pattern(&self, value: &Part) -> Result<Regex, Problem> {
        let built = RegexBuilder::new(&value.text).size_limit(PATTERN).build();
        built.map_err(|error| {
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            self.wrong(&value.at, format!("this is no pattern: {why}"))
        })
    }

    fn literally(&self, value: &Part) -> Result<Regex, Problem> {
        let escaped = regex::escape(&value.text);
        let built = RegexBuilder::new(&escaped).case_insensitive(true).size_limit(PATTERN).build();
        built.map_err(|_| self.wrong(&value.at, "this text is too long to be looked for"))
    }
}

/// A number or a yes or no inside JSON.
fn plain(op: Op, text: &str) -> Option<Against> {
    if matches!(op, Op::Like | Op::NotLike | Op::Contains) {
        return None;
    }
    let flag = || text.parse().ok().map(Against::Flag);
    literal::number(text).ok().map(Against::Number).or_else(flag)
}

fn suits(op: Op, kind: Kind, inside: bool) -> bool {
    let equal = matches!(op, Op::Is | Op::IsNot | Op::In);
    let text = matches!(op, Op::Like | Op::NotLike | Op::Contains);
    match kind {
        Kind::Text | Kind::Word(_) => equal || text,
        Kind::Number | Kind::Amount | Kind::Span => !text,
        Kind::Time => matches!(op, Op::Below | Op::AtMost | Op::Above | Op::AtLeast),
        Kind::Flag => matches!(op, Op::Is | Op::IsNot),
        Kind::Json => inside || text,
    }
}

const fn suiting(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Word(_) => "it is a text: = != : ~ !~ in",
        Kind::Number | Kind::Amount | Kind::Span => "it has a size: = != < <= > >= in",
        Kind::Time => "it is a moment: < <= > >=, since= or until=",
        Kind::Flag => "it is true or false: = or !=, or its name alone",
        Kind::Json => "ask for what is inside, `params.NAME`, or look for a text with : ~ !~",
    }
}
