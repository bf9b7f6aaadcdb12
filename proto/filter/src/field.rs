//! The fields of a row: their names, what they are compared with, and where they are in it.

/// Rows that can be filtered.
pub trait Row: Sized + 'static {
    /// What can be asked about one, the most telling first.
    fn fields() -> &'static [Field<Self>];
}

/// One thing that can be asked about a row.
#[derive(Debug)]
pub struct Field<R: 'static> {
    /// As it is written.
    pub name: &'static str,
    /// A shorter name for it.
    pub short: Option<&'static str>,
    /// What it is compared with.
    pub kind: Kind,
    /// What it is, for people.
    pub about: &'static str,
    pub(crate) get: for<'a> fn(&'a R, i64) -> Value<'a>,
}

/// What a field is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text, or one of several.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number.
    Number,
    /// An amount in the domain's currency.
    Amount,
    /// A length of time.
    Span,
    /// A moment.
    Time,
    /// Yes or no.
    Flag,
    /// JSON, asked by its fields: `params.amount_minor`.
    Json,
}

/// What a row says of a field.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A text; an empty one is nothing.
    Text(&'a str),
    /// Several texts.
    Texts(&'a [String]),
    /// A count.
    Number(u64),
    /// Millionths of the domain's currency.
    Micros(u64),
    /// Milliseconds: of a span, or since 1970 of a moment.
    Millis(i64),
    /// Yes or no.
    Flag(bool),
}
