//! The filter grammar: one text for the trace, the queue, lists and the command line, read once into one form
//! that server and console evaluate alike.
//!
//! ```text
//! svc=refund-decision kind=action_decided outcome=deny since=-15m
//! tool~^payout (deny or escalate) !reason=rate_exceeded
//! due<5m params.amount_minor>=50000
//! ```
//!
//! `not` binds tighter than `and`, `and` tighter than `or`; what stands side by side is joined by `and`. A word that is
//! no condition is looked for in every text of a row, ignoring case. An unknown field or value is an
//! error with its place and the nearest name, never a search for text.

mod error;
mod expr;
mod field;
mod literal;
mod meaning;
mod rows;
mod syntax;

use std::{collections::BTreeMap, fmt, marker::PhantomData};

pub use error::Problem;
pub use field::{Field, Kind, Row, Value};
pub use rows::Texts;

use expr::Expr;

/// Longest text, in bytes.
pub const LONGEST: usize = 1024;

/// Filters by name: `@name` stands for the text.
pub type Saved = BTreeMap<String, String>;

/// What rows of one kind must be like.
pub struct Filter<R> {
    expr: Option<Expr>,
    rows: PhantomData<fn(&R)>,
}

impl<R: Row> Filter<R> {
    /// Reads a text; one without a word lets everything through. Times that are said in relation to the present
    /// are fixed here, at `now`, in milliseconds since 1970.
    ///
    /// # Errors
    /// What is wrong, where, and what was probably meant.
    pub fn read(text: &str, saved: &Saved, now: i64) -> Result<Self, Problem> {
        let raw = syntax::read(text)?;
        let meaning = meaning::Meaning::<R>::new(text, saved, now);
        let expr = raw.map(|raw| meaning.of(raw)).transpose()?;
        Ok(Self { expr, rows: PhantomData })
    }

    /// Whether a row is as it must be at `now`. `more` are texts of the row that it does not show itself.
    #[must_use]
    pub fn lets_through(&self, row: &R, now: i64, more: &[&str]) -> bool {
        self.expr.as_ref().is_none_or(|expr| expr.holds(row, now, more))
    }

    /// True when it lets everything through.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.expr.is_none()
    }
}

impl<R> Default for Filter<R> {
    fn default() -> Self {
        Self { expr: None, rows: PhantomData }
    }
}

impl<R> Clone for Filter<R> {
    fn clone(&self) -> Self {
        Self { expr: self.expr.clone(), rows: PhantomData }
    }
}

/// As it was understood: reading this again gives the same.
impl<R> fmt::Display for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.as_ref().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

impl<R> fmt::Debug for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({self})")
    }
}

#[cfg(test)]
mod tests;
