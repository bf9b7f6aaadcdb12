//! `recovery.tripwires`, and `tripwires` of a domain's file: `{ when: denied_ratio > 0.5, over: 50 actions, then: safe }`.

use remit_core::{
    Level,
    tripwire::{Comparison, LEAST, MOST_ACTIONS, Over, Signal, Then, Tripwire, When},
};

use crate::{
    problem::{Place, Problems, listed, nearest},
    read::{
        Fields, each, items,
        scalar::{DURATION_REMEDY, duration, duration_ms, micros, text},
    },
    yaml::{Kind, Node},
};

/// The signals as they are written.
const SIGNALS: [&str; 11] = [
    "denied_ratio",
    "in_doubt",
    "spend_rate",
    "breaker_opens",
    "forbidden_attempts",
    "undo_rate",
    "latency_mean",
    "latency_p95",
    "latency_p99",
    "queue_waiting",
    "queue_oldest",
];

/// The longest window, in milliseconds: a week.
const LONGEST_MS: u64 = 7 * 86_400_000;

/// Every one; `None` when one could not be read.
pub(crate) fn read(node: &Node, title: &str, problems: &Problems) -> Option<Vec<Tripwire>> {
    let items = items(node, title, problems)?;
    if items.is_empty() {
        let remedy = "write for instance `- { when: in_doubt >= 3, over: 10m, then: stop }`, or remove it";
        return problems.note(node.place, format!("{title} has no tripwire"), remedy);
    }
    let wires: Vec<Tripwire> = each(items, |node| one(node, title, problems))?;
    for (index, wire) in wires.iter().enumerate() {
        let same = |earlier: &&Tripwire| (&earlier.when, earlier.over) == (&wire.when, wire.over);
        if wires.iter().take(index).any(|earlier| same(&earlier)) {
            let place = items.get(index).map_or(node.place, |node| node.place);
            return problems.note(place, format!("`{wire}` stands twice"), "keep one of them");
        }
    }
    Some(wires)
}

fn one(node: &Node, title: &str, problems: &Problems) -> Option<Tripwire> {
    let fields = Fields::of(node, "a tripwire", problems)?;
    let baseline =
        fields.get("baseline").map(|node| (node, duration(node, &format!("{title}: baseline"), problems)));
    let when = fields.need("when").and_then(|node| {
        let text = text(node, &format!("{title}: when"), problems)?;
        Condition { node, text: &text, problems }.read(baseline)
    });
    let over = fields.need("over").and_then(|node| read_over(node, problems).map(|over| (over, node.place)));
    let then = fields.need("then").and_then(|node| read_then(node, problems));
    fields.end();
    let (when, (over, place)) = (when?, over?);
    goes_together(&when, over, place, problems)?;
    Some(Tripwire { when, over, then: then? })
}

/// `SIGNAL > LIMIT`, with the places of its parts.
struct Condition<'a> {
    node: &'a Node,
    text: &'a str,
    problems: &'a Problems,
}

impl<'a> Condition<'a> {
    fn read(&self, baseline: Option<(&Node, Option<u64>)>) -> Option<When> {
        let Some(at) = self.text.find(['<', '>', '=', '!']) else {
            return self.note(
                self.text,
                format!("`{}` compares nothing", self.text),
                "write a signal, `>` or `>=`, and a limit, for instance `in_doubt >= 3`",
            );
        };
        let (name, rest) = self.text.split_at_checked(at)?;
        let sign_ends = rest.find(|c| !matches!(c, '<' | '>' | '=' | '!')).unwrap_or(rest.len());
        let (sign, limit) = rest.split_at_checked(sign_ends)?;
        let (name, limit) = (name.trim(), limit.trim());
        let is = match sign {
            ">" => Some(Comparison::MoreThan),
            ">=" => Some(Comparison::AtLeast),
            other => self.note(
                other,
                format!("`{other}` is no comparison of a tripwire"),
                "it trips when something becomes too much: write `>` or `>=`",
            ),
        };
        let signal = self.signal(name, baseline)?;
        let limit = self.limit(signal, limit)?;
        let is = is?;
        let impossible = match signal {
            Signal::DeniedRatio => limit > 1_000_000 || (limit == 1_000_000 && is == Comparison::MoreThan),
            Signal::InDoubt
            | Signal::SpendRate { .. }
            | Signal::BreakerOpens
            | Signal::ForbiddenAttempts
            | Signal::UndoRate
            | Signal::LatencyMean
            | Signal::Latency { .. }
            | Signal::QueueWaiting
            | Signal::QueueOldest => false,
        };
        if impossible {
            let message = format!("`{}` never holds: a share is at most 1", self.text);
            return self.note(self.text, message, "lower the limit");
        }
        if limit == 0 && is == Comparison::AtLeast {
            return self.note(
                self.text,
                format!("`{}` holds always", self.text),
                "raise the limit, or write `>`",
            );
        }
        Some(When { signal, is, limit })
    }

    fn signal(&self, name: &'a str, baseline: Option<(&Node, Option<u64>)>) -> Option<Signal> {
        let signal = match name {
            "denied_ratio" => Signal::DeniedRatio,
            "in_doubt" => Signal::InDoubt,
            "breaker_opens" => Signal::BreakerOpens,
            "forbidden_attempts" => Signal::ForbiddenAttempts,
            "undo_rate" => Signal::UndoRate,
            "latency_mean" => Signal::LatencyMean,
            "queue_waiting" => Signal::QueueWaiting,
            "queue_oldest" => Signal::QueueOldest,
            "spend_rate" => {
                let Some((_, read)) = baseline else {
                    return self.note(
                        name,
                        "`spend_rate` is a multiple of what is usual, and no time says what that is"
                            .to_owned(),
                        "add `baseline: 24h`: so long before is what is usual",
                    );
                };
                return read.map(|baseline_ms| Signal::SpendRate { baseline_ms });
            }
            _ => match name.strip_prefix("latency_p").and_then(|percent| percent.parse::<u8>().ok()) {
                Some(percent @ 1..=99) => Signal::Latency { percent },
                Some(_) | None => {
                    let remedy = match nearest(name, SIGNALS) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("choose one of {}; of `latency_pN`, N is 1 to 99", listed(SIGNALS)),
                    };
                    return self.note(name, format!("signal `{name}` is not known"), &remedy);
                }
            },
        };
        if let Some((node, _)) = baseline {
            return self.problems.note(
                node.place,
                format!("`{name}` is compared with no baseline"),
                "remove `baseline`: only `spend_rate` has one",
            );
        }
        Some(signal)
    }

    /// A limit in the unit of the signal.
    fn limit(&self, signal: Signal, text: &'a str) -> Option<u64> {
        let (read, what, remedy) = match signal {
            Signal::InDoubt | Signal::BreakerOpens | Signal::ForbiddenAttempts | Signal::QueueWaiting => {
                (text.parse::<u32>().ok().map(u64::from), "a number", "write a whole number")
            }
            Signal::DeniedRatio | Signal::UndoRate => {
                (micros(text), "a share", "write a decimal number, for instance `0.5`")
            }
            Signal::SpendRate { .. } => {
                (micros(text), "a multiple", "write how many times of what is usual, for instance `3`")
            }
            Signal::LatencyMean | Signal::Latency { .. } | Signal::QueueOldest => {
                (duration_ms(text), "a duration", DURATION_REMEDY)
            }
        };
        read.or_else(|| {
            let name = signal.name();
            let message = format!("`{name}` is compared with {what}, and `{text}` is none");
            self.note(if text.is_empty() { self.text } else { text }, message, remedy)
        })
    }

    /// A problem with a part of the condition, which is a part of its text.
    fn note<T>(&self, part: &str, message: String, remedy: &str) -> Option<T> {
        let whole = self.node.place;
        let plain = matches!(self.node.kind, Kind::Scalar { quoted: false, .. }) && whole.width > 0;
        let before = self.text.find(part).and_then(|at| self.text.get(..at)).filter(|_| plain);
        let place = before.map_or(whole, |before| Place {
            line: whole.line,
            column: whole.column.saturating_add(before.chars().count()),
            width: part.chars().count(),
        });
        self.problems.note(place, message, remedy)
    }
}

/// `50 actions`, or `10m`.
fn read_over(node: &Node, problems: &Problems) -> Option<Over> {
    let text = text(node, "over", problems)?;
    if let Some(many) = text.strip_suffix("actions").or_else(|| text.strip_suffix("action")) {
        let many = many.trim().parse::<u32>().ok().filter(|many| (1..=MOST_ACTIONS).contains(many));
        return many.map(Over::Actions).or_else(|| {
            let remedy = format!("write a whole number from 1 to {MOST_ACTIONS}, for instance `50 actions`");
            problems.note(node.place, format!("over `{text}` is no number of actions"), remedy)
        });
    }
    match duration_ms(&text) {
        Some(ms) if ms <= LONGEST_MS => Some(Over::Time(ms)),
        Some(_) => {
            problems.note(node.place, format!("over `{text}` is too long"), "at most `7d` is looked back")
        }
        None => problems.note(
            node.place,
            format!("over `{text}` is neither a time nor a number of actions"),
            "write for instance `10m` or `50 actions`",
        ),
    }
}

fn read_then(node: &Node, problems: &Problems) -> Option<Then> {
    const WORDS: [(&str, Then); 7] = [
        ("safe", Then::Lower(Level::Draft)),
        ("stop", Then::Lower(Level::None)),
        ("observe", Then::Observe),
        ("recommend", Then::Lower(Level::Recommend)),
        ("draft", Then::Lower(Level::Draft)),
        ("read", Then::Lower(Level::Read)),
        ("none", Then::Lower(Level::None)),
    ];
    let text = text(node, "then", problems)?;
    let found = WORDS.into_iter().find(|(word, _)| *word == text);
    found.map(|(_, then)| then).or_else(|| {
        let words = WORDS.map(|(word, _)| word);
        let remedy = match nearest(&text, words) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("choose one of {}", listed(words)),
        };
        problems.note(node.place, format!("then `{text}` is not known"), remedy)
    })
}

/// What could never hold, or would mean nothing.
fn goes_together(when: &When, over: Over, place: Place, problems: &Problems) -> Option<()> {
    let name = when.signal.name();
    match (when.signal, over) {
        (Signal::SpendRate { .. }, Over::Actions(_)) => problems.note(
            place,
            format!("`{name}` is looked at over a time, not over a number of actions"),
            "write for instance `over: 10m`",
        ),
        (Signal::SpendRate { baseline_ms }, Over::Time(ms))
            if baseline_ms < ms || baseline_ms > LONGEST_MS =>
        {
            problems.note(
                place,
                "the baseline is shorter than what is compared with it, or longer than a week",
                "write a baseline of at least `over` and at most `7d`",
            )
        }
        (Signal::InDoubt | Signal::ForbiddenAttempts, Over::Actions(many))
            if when.limit > u64::from(many) =>
        {
            problems.note(
                place,
                format!("of {many} actions never {} count", when.limit),
                "look at more actions, or lower the limit",
            )
        }
        (Signal::InDoubt | Signal::ForbiddenAttempts | Signal::BreakerOpens, _)
        | (Signal::QueueWaiting | Signal::QueueOldest, _) => Some(()),
        (_, Over::Actions(many)) if u64::from(many) < LEAST.min(5) => problems.note(
            place,
            format!("`{name}` of {many} actions says nothing"),
            "look at 5 actions or more",
        ),
        (_, Over::Actions(_) | Over::Time(_)) => Some(()),
    }
}
