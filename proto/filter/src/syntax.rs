//! The syntax of a filter: which words, tests and brackets there are, before anybody asks what they mean.
//!
//! ```ebnf
//! expr  = and , { "or" , and } ;          and  = not , { [ "and" ] , not } ;
//! not   = [ "!" | "-" | "not" ] , prim ;  prim = "(" , expr , ")" | field , op , value | "@" , name | word ;
//! op    = "=" | "!=" | "~" | "!~" | "<" | "<=" | ">" | ">=" | ":" | "in" ;
//! value = bare | quoted | "(" , value , { "," , value } , ")"    (* after "in" *) ;
//! ```

use std::ops::Range;

use winnow::{
    LocatingSlice, ModalResult, Parser as _,
    ascii::multispace0,
    combinator::{alt, cut_err, delimited, eof, fail, not, peek, preceded, repeat, separated, terminated},
    error::{ContextError, StrContext, StrContextValue},
    token::{any, none_of, one_of, take_while},
};

use crate::{LONGEST, Problem};

/// Most brackets and negations: bounds how deep a filter goes.
const DEEPEST: usize = 64;

/// A part of the text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) at: Range<usize>,
    pub(crate) quoted: bool,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Is,
    IsNot,
    Like,
    NotLike,
    Below,
    AtMost,
    Above,
    AtLeast,
    Contains,
    In,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Raw {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Word(Part),
    Saved(Part),
    Test { field: Part, op: Op, values: Vec<Part> },
}

type Input<'i> = LocatingSlice<&'i str>;

/// Reads a text; nothing where it has no word.
pub(crate) fn read(text: &str) -> Result<Option<Raw>, Problem> {
    if LONGEST < text.len() {
        return Err(Problem::new(
            "",
            0..0,
            format!("a filter has at most {LONGEST} bytes, this one {}", text.len()),
        ));
    }
    if let Some(at) = opens(text).nth(DEEPEST) {
        return Err(Problem::new(
            text,
            at..at.saturating_add(1),
            format!("more than {DEEPEST} brackets and negations"),
        ));
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    preceded(multispace0, or).parse(LocatingSlice::new(text)).map(Some).map_err(|error| {
        let at = error.offset();
        let rest = text.get(at..).unwrap_or_default();
        let words = wanted(error.inner()).unwrap_or_else(|| match rest.chars().next() {
            Some(')') => "this `)` closes nothing".to_owned(),
            Some(_) => "this cannot be read here; quote a text to look for it".to_owned(),
            None => "something is missing at the end".to_owned(),
        });
        let one = rest.chars().next().map_or(0, char::len_utf8);
        Problem::new(text, at..at.saturating_add(one), words)
    })
}

/// Where a bracket opens or a negation may stand: a dash inside a word is none.
fn opens(text: &str) -> impl Iterator<Item = usize> {
    let before = std::iter::once(' ').chain(text.chars());
    text.char_indices().zip(before).filter_map(|((at, letter), before)| {
        let dash = letter == '-' && (before.is_whitespace() || ['(', '!', '-'].contains(&before));
        (dash || ['(', '!'].contains(&letter)).then_some(at)
    })
}

/// What would have been right.
fn wanted(error: &ContextError) -> Option<String> {
    error.context().find_map(|context| {
        let StrContext::Expected(StrContextValue::Description(words)) = context else { return None };
        Some(format!("here is missing {words}"))
    })
}

const fn missing(words: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(words))
}

fn or(input: &mut Input<'_>) -> ModalResult<Raw> {
    let more = preceded(keyword("or"), cut_err(and).context(missing("a condition after `or`")));
    (and, repeat(0.., more))
        .map(|(first, more): (Raw, Vec<Raw>)| join(first, more, Raw::Any))
        .parse_next(input)
}

fn and(input: &mut Input<'_>) -> ModalResult<Raw> {
    let after = preceded(keyword("and"), cut_err(negated).context(missing("a condition after `and`")));
    let beside = preceded(not(keyword("or")), negated);
    (negated, repeat(0.., alt((after, beside))))
        .map(|(first, more): (Raw, Vec<Raw>)| join(first, more, Raw::All))
        .parse_next(input)
}

fn join(first: Raw, more: Vec<Raw>, of: impl Fn(Vec<Raw>) -> Raw) -> Raw {
    if more.is_empty() { first } else { of(std::iter::once(first).chain(more).collect()) }
}

fn negated(input: &mut Input<'_>) -> ModalResult<Raw> {
    let sign = ('!', peek(none_of(['=', '~']))).void();
    let dash = ('-', peek(none_of(|letter: char| letter.is_whitespace()))).void();
    let no = alt((sign, dash, keyword("not").void()));
    let negated =
        preceded((no, multispace0), cut_err(negated).context(missing("a condition after the negation")));
    alt((negated.map(|raw| Raw::Not(Box::new(raw))), primary)).parse_next(input)
}

fn primary(input: &mut Input<'_>) -> ModalResult<Raw> {
    let inner = cut_err(or).context(missing("a condition after `(`"));
    let close = cut_err(')').context(missing("a `)`"));
    let bracketed = delimited(('(', multispace0), inner, close);
    let name = take_while(1.., is_name).context(missing("a name after `@`"));
    let saved = preceded('@', cut_err(name)).with_span().map(|(text, at): (&str, _)| part(text, at));
    terminated(alt((bracketed, saved.map(Raw::Saved), test, quoted.map(Raw::Word), word)), multispace0)
        .parse_next(input)
}

fn test(input: &mut Input<'_>) -> ModalResult<Raw> {
    let name = take_while(1.., |letter| is_name(letter) || letter == '.').with_span();
    let field = name.map(|(text, at): (&str, _)| part(text, at));
    let listed = (multispace0, "in", multispace0, peek('(')).value(Op::In);
    let (field, op) = (field, alt((listed, delimited(multispace0, sign, multispace0)))).parse_next(input)?;
    let values = if op == Op::In {
        let value = delimited(multispace0, alt((quoted, listed_value)), multispace0);
        let values = separated(1.., value, ',');
        let close = cut_err(')').context(missing("a `)` after the list"));
        delimited('(', cut_err(values).context(missing("a value for the list")), close).parse_next(input)?
    } else {
        vec![cut_err(alt((quoted, value))).context(missing("a value to compare with")).parse_next(input)?]
    };
    Ok(Raw::Test { field, op, values })
}

fn sign(input: &mut Input<'_>) -> ModalResult<Op> {
    alt((
        "!=".value(Op::IsNot),
        "!~".value(Op::NotLike),
        "<=".value(Op::AtMost),
        ">=".value(Op::AtLeast),
        '='.value(Op::Is),
        '~'.value(Op::Like),
        '<'.value(Op::Below),
        '>'.value(Op::Above),
        ':'.value(Op::Contains),
    ))
    .parse_next(input)
}

/// A text between quotes, in which `\` takes away what the next letter means.
fn quoted(input: &mut Input<'_>) -> ModalResult<Part> {
    let letter = alt((preceded('\\', any), none_of(['"', '\\'])));
    let inside = repeat(0.., letter).fold(String::new, |mut text, letter: char| {
        text.push(letter);
        text
    });
    let close = cut_err('"').context(missing("a closing quote"));
    let quoted = delimited('"', inside, close).with_span();
    quoted.map(|(text, at)| Part { text, at, quoted: true }).parse_next(input)
}

fn value(input: &mut Input<'_>) -> ModalResult<Part> {
    bare(|letter| !letter.is_whitespace() && !['(', ')', '"'].contains(&letter)).parse_next(input)
}

fn listed_value(input: &mut Input<'_>) -> ModalResult<Part> {
    bare(|letter| !letter.is_whitespace() && !['(', ')', '"', ','].contains(&letter)).parse_next(input)
}

fn word(input: &mut Input<'_>) -> ModalResult<Raw> {
    if peek(alt((keyword("and"), keyword("or"), keyword("not")))).parse_next(input).is_ok() {
        return fail
            .context(missing("a condition; quote `and`, `or` and `not` to look for them"))
            .parse_next(input);
    }
    bare(is_plain).map(Raw::Word).parse_next(input)
}

fn bare<'i>(fits: impl Fn(char) -> bool) -> impl FnMut(&mut Input<'i>) -> ModalResult<Part> {
    move |input| {
        take_while(1.., &fits).with_span().map(|(text, at): (&str, _)| part(text, at)).parse_next(input)
    }
}

/// A word of the grammar, which ends where it ends.
fn keyword<'i>(word: &'static str) -> impl FnMut(&mut Input<'i>) -> ModalResult<&'i str> {
    move |input| {
        let ends = alt((one_of(|letter: char| letter.is_whitespace() || letter == '(').void(), eof.void()));
        terminated(word, (peek(ends), multispace0)).parse_next(input)
    }
}

fn part(text: &str, at: Range<usize>) -> Part {
    Part { text: text.to_owned(), at, quoted: false }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Letters of a word that needs no quotes.
pub(crate) fn is_plain(letter: char) -> bool {
    !letter.is_whitespace() && !['(', ')', '"', '=', '~', '<', '>', '!', ':', '@', '\\'].contains(&letter)
}
