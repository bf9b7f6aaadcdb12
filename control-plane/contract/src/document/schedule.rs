//! Key `schedule` of a contract's recovery: at some hours of the week, UTC, the service may do less.

use remit_core::{
    Level,
    schedule::{DAY, Scheduled, Weekday},
};

use crate::{
    problem::{Problems, Spot, listed, nearest},
    read::{
        Fields, each, entries, items,
        scalar::{Naming, check_name, text, word},
    },
    yaml::{Entry, Node},
};

const LEVELS: [Level; 4] = [Level::None, Level::Read, Level::Draft, Level::Recommend];

/// What is scheduled, with the places of the ceilings; `None` when some of it could not be read.
pub(super) fn read(node: &Node, problems: &Problems) -> Option<Vec<Spot<Scheduled>>> {
    each(entries(node, "recovery.schedule", problems)?, |entry| one(entry, problems))
}

fn one(entry: &Entry, problems: &Problems) -> Option<Spot<Scheduled>> {
    let id = check_name(&entry.key, entry.place, "the name of the hours", Naming::Plain, problems);
    let title = format!("the schedule's `{}`", entry.key);
    let fields = Fields::of(&entry.value, &title, problems)?;
    let ceiling = fields.need("ceiling").and_then(|node| {
        let words = LEVELS.map(Level::as_str);
        let level = choice(node, "ceiling", words, problems)?;
        let level = LEVELS.into_iter().find(|it| it.as_str() == level)?;
        Some(Spot { value: level, place: node.place })
    });
    let days = fields.get("days").map_or(Some(Vec::new()), |node| {
        let words = Weekday::ALL.map(Weekday::as_str);
        let days: Vec<Weekday> = each(items(node, "days", problems)?, |node| {
            let day = choice(node, "day", words, problems)?;
            Weekday::ALL.into_iter().find(|it| it.as_str() == day)
        })?;
        if days.is_empty() {
            return problems.note(
                node.place,
                "no day is named",
                "name some, or leave `days` out for every day",
            );
        }
        Some(days)
    });
    let from = fields.need("from").and_then(|node| clock(node, "from", problems));
    let until = fields.need("until").and_then(|node| clock(node, "until", problems));
    let because = fields.need("because").and_then(|node| text(node, "because", problems));
    fields.end();
    id?;
    let (ceiling, from, until) = (ceiling?, from?, until?);
    if from == until || from == DAY {
        return problems.note(
            entry.place,
            format!("{title} never begins, or never ends"),
            "let it be from one time to another: `from: \"22:00\"`, `until: \"06:00\"`, or `00:00` to `24:00`",
        );
    }
    let days = days?.into_iter().collect();
    let (id, because) = (entry.key.clone(), because?);
    let value = Scheduled { id, ceiling: ceiling.value, days, from, until, because };
    Some(Spot { value, place: ceiling.place })
}

/// One word of a few.
fn choice<const N: usize>(
    node: &Node,
    what: &str,
    words: [&'static str; N],
    problems: &Problems,
) -> Option<&'static str> {
    let text = text(node, what, problems)?;
    words.into_iter().find(|word| *word == text).or_else(|| {
        let remedy = match nearest(&text, words) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("choose one of {}", listed(words)),
        };
        problems.note(node.place, format!("{what} `{text}` is not known"), remedy)
    })
}

/// Minutes of the day, from `HH:MM` in UTC.
fn clock(node: &Node, what: &str, problems: &Problems) -> Option<u16> {
    let text = word(node, what, problems)?;
    let two = |digits: &str| (digits.len() == 2).then(|| digits.parse::<u16>().ok()).flatten();
    let minutes = text.split_once(':').and_then(|(hours, minutes)| {
        let (hours, minutes) = (two(hours)?, two(minutes).filter(|it| *it < 60)?);
        hours.checked_mul(60)?.checked_add(minutes).filter(|it| *it <= DAY)
    });
    minutes.or_else(|| {
        problems.note(
            node.place,
            format!("{what} `{text}` is not a time of the day"),
            "write hours and minutes in UTC, for instance `\"06:30\"`; the day ends at `\"24:00\"`",
        )
    })
}
