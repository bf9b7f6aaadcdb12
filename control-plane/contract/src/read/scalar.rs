//! Single values of the document: text, names, amounts, durations, dates, levels, rates.

use remit_core::{GroupName, Level, Money, Timestamp, terms::Rate};

use crate::{
    problem::{Place, Problems, nearest},
    yaml::{Kind, Node, Scalar, resolve},
};

/// Longest name.
const MAX_NAME: usize = 64;

/// Longest name of a person, in characters: that of a mail address.
const MAX_PERSON: usize = 254;

/// Which characters a name may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Lower case, digits, `.` and `-`.
    Plain,
    /// Those and `_`: tools are often called so by others.
    Tool,
}

/// Text that is not empty.
pub(crate) fn text(node: &Node, what: &str, problems: &Problems) -> Option<String> {
    let Kind::Scalar { text, quoted } = &node.kind else {
        return problems.note(node.place, format!("{what} is not text"), "write one value behind the colon");
    };
    let found = match resolve(text, *quoted) {
        Scalar::Text if !text.trim().is_empty() => return Some(text.clone()),
        Scalar::Text | Scalar::Null => {
            return problems.note(node.place, format!("{what} is empty"), "write a value behind the colon");
        }
        Scalar::Bool(_) => "a truth value",
        Scalar::Number(_) | Scalar::NoJsonNumber => "a number",
    };
    problems.note(
        node.place,
        format!("{what} is {found}, `{text}`, expected text"),
        format!("put it in quotes if it is meant: \"{text}\""),
    )
}

/// One value as it is written, whatever an unquoted one would be: for versions and dates, which look like
/// numbers when they are cut short.
pub(crate) fn word<'a>(node: &'a Node, what: &str, problems: &Problems) -> Option<&'a str> {
    match &node.kind {
        Kind::Scalar { text, .. } if !text.trim().is_empty() => Some(text),
        Kind::Scalar { .. } => {
            problems.note(node.place, format!("{what} is empty"), "write a value behind the colon")
        }
        Kind::List(_) | Kind::Map(_) => {
            problems.note(node.place, format!("{what} is not text"), "write one value behind the colon")
        }
    }
}

/// A name.
pub(crate) fn name(node: &Node, what: &str, naming: Naming, problems: &Problems) -> Option<String> {
    let text = text(node, what, problems)?;
    check_name(&text, node.place, what, naming, problems)?;
    Some(text)
}

/// Checks a name that stands as a key.
pub(crate) fn check_name(
    text: &str,
    place: Place,
    what: &str,
    naming: Naming,
    problems: &Problems,
) -> Option<()> {
    let allowed = |c: char| {
        c.is_ascii_lowercase()
            || c.is_ascii_digit()
            || matches!(c, '.' | '-')
            || (c == '_' && naming == Naming::Tool)
    };
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if begins && text.len() <= MAX_NAME && text.chars().all(allowed) {
        return Some(());
    }
    let extra = if naming == Naming::Tool { ", `-` and `_`" } else { " and `-`" };
    problems.note(
        place,
        format!("{what} `{text}` is not a name"),
        format!("use at most {MAX_NAME} of a-z, 0-9, `.`{extra}, beginning with a letter or digit"),
    )
}

/// Somebody: a name as credentials carry it, or a mail address.
pub(crate) fn person(node: &Node, what: &str, problems: &Problems) -> Option<String> {
    let text = text(node, what, problems)?;
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '+' | '\'' | '@');
    let is_mail = |text: &str| match text.split_once('@') {
        None => true,
        Some((who, at)) => !who.is_empty() && at.starts_with(char::is_alphanumeric) && !at.contains('@'),
    };
    let begins = text.starts_with(char::is_alphanumeric);
    if begins && text.chars().count() <= MAX_PERSON && text.chars().all(allowed) && is_mail(&text) {
        return Some(text);
    }
    problems.note(
        node.place,
        format!("{what} `{text}` is not a person"),
        "write the name that is on the person's token, or a mail address, for instance `ada@acme.example`",
    )
}

/// A group, written `group:NAME`.
pub(crate) fn group(node: &Node, what: &str, problems: &Problems) -> Option<GroupName> {
    let text = text(node, what, problems)?;
    group_name(&text, node.place, what, problems)
}

/// A group from text that was found at `place`.
pub(crate) fn group_name(text: &str, place: Place, what: &str, problems: &Problems) -> Option<GroupName> {
    let Some(name) = text.strip_prefix("group:") else {
        return problems.note(
            place,
            format!("{what} `{text}` is not a group"),
            "write `group:` before its name",
        );
    };
    check_name(name, place, what, Naming::Plain, problems)?;
    Some(name.into())
}

/// A whole number of at least 1.
pub(crate) fn count(node: &Node, what: &str, problems: &Problems) -> Option<u32> {
    let found = match &node.kind {
        Kind::Scalar { text, quoted: false } => text.parse::<u32>().ok().filter(|count| *count > 0),
        Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => None,
    };
    found.or_else(|| {
        problems.note(
            node.place,
            format!("{what} is not a whole number of at least 1{}", seen(node)),
            "write digits only, without quotes",
        )
    })
}

/// An amount in units with at most six decimals, read exactly.
pub(crate) fn money(node: &Node, what: &str, problems: &Problems) -> Option<Money> {
    let found = match &node.kind {
        Kind::Scalar { text, quoted: false } => micros(text),
        Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => None,
    };
    found.map(Money::from_micros).or_else(|| {
        problems.note(
            node.place,
            format!("{what} is not an amount{}", seen(node)),
            "write units with at most six decimals, without sign and quotes, for instance `0.25`",
        )
    })
}

/// The code of a currency.
pub(crate) fn currency(node: &Node, what: &str, problems: &Problems) -> Option<String> {
    let code = text(node, what, problems)?;
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(code);
    }
    problems.note(
        node.place,
        format!("{what} `{code}` is not a currency code"),
        "write its three capital letters, for instance `USD`",
    )
}

/// `0.25` in millionths, without a float in between.
pub(crate) fn micros(text: &str) -> Option<u64> {
    let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(units) || !digits(decimals) || decimals.len() > 6 {
        return None;
    }
    let units: u64 = units.parse().ok()?;
    let decimals: u64 = format!("{decimals:0<6}").parse().ok()?;
    units.checked_mul(1_000_000)?.checked_add(decimals)
}

/// A duration in milliseconds, at least one.
pub(crate) fn duration(node: &Node, what: &str, problems: &Problems) -> Option<u64> {
    let found = match &node.kind {
        Kind::Scalar { text, .. } => duration_ms(text),
        Kind::List(_) | Kind::Map(_) => None,
    };
    found.or_else(|| {
        problems.note(node.place, format!("{what} is not a duration{}", seen(node)), DURATION_REMEDY)
    })
}

/// How a duration is written.
pub(crate) const DURATION_REMEDY: &str =
    "write a whole number with `ms`, `s`, `m`, `h` or `d`, for instance `500ms` or `72h`";

/// `30m` in milliseconds; `None` when it is not a duration of at least a millisecond.
pub(crate) fn duration_ms(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit_ms).filter(|ms| *ms > 0)
}

/// What stands behind the `/`: a second, a minute, an hour or a day, in milliseconds.
pub(crate) fn per_ms(per: &str) -> Option<u64> {
    match per {
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    }
}

/// `50/s`.
pub(crate) fn rate(node: &Node, what: &str, problems: &Problems) -> Option<Rate> {
    let text = text(node, what, problems)?;
    let parsed = text.split_once('/').and_then(|(count, per)| {
        let per_ms = per_ms(per)?;
        let count = count.parse::<u32>().ok().filter(|count| *count > 0)?;
        Some(Rate { count, per_ms })
    });
    parsed.or_else(|| {
        problems.note(
            node.place,
            format!("{what} `{text}` is not a rate"),
            "write a number of calls per `s`, `m`, `h` or `d`, for instance `50/s`",
        )
    })
}

/// A date, as its first moment in UTC.
pub(crate) fn date(node: &Node, what: &str, problems: &Problems) -> Option<Timestamp> {
    let text = word(node, what, problems)?;
    let midnight = text
        .parse::<jiff::civil::Date>()
        .ok()
        .filter(|date| date.to_string() == text)
        .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    match midnight {
        Some(zoned) => Some(Timestamp::from_micros(zoned.timestamp().as_microsecond())),
        None => problems.note(
            node.place,
            format!("{what} `{text}` is not a date"),
            "write year, month and day, for instance `2026-11-02`",
        ),
    }
}

/// A step of the autonomy ladder above `none`.
pub(crate) fn level(node: &Node, what: &str, problems: &Problems) -> Option<Level> {
    const LEVELS: [Level; 4] = [Level::Read, Level::Draft, Level::Recommend, Level::Execute];
    let text = text(node, what, problems)?;
    LEVELS.into_iter().find(|level| level.as_str() == text).or_else(|| {
        let remedy = match nearest(&text, LEVELS.map(Level::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "choose `read`, `draft`, `recommend` or `execute`".to_owned(),
        };
        problems.note(node.place, format!("{what} `{text}` is not an action type"), remedy)
    })
}

/// `, found …` for scalars.
fn seen(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { text, quoted: true } => format!(", found the text \"{text}\""),
        Kind::Scalar { text, quoted: false } => format!(", found `{text}`"),
        Kind::List(_) => ", found a list".to_owned(),
        Kind::Map(_) => ", found a mapping".to_owned(),
    }
}

#[cfg(test)]
mod tests;
