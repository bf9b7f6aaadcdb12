//! `recovery.blast_radius`, and `blast_radius` of a domain's file: how far actions may reach in a while.

use remit_core::{
    Level, ToolName,
    radius::{Edge, MOST_VALUES, Measure, Meter, Radius},
};

use crate::{
    pointer::{Pointer, Source},
    problem::{Problems, Spot, listed, nearest},
    read::{
        Fields, entries,
        scalar::{Naming, check_name, per_ms, text, word},
    },
    yaml::{Entry, Node},
};

/// The key of the rules about every action with an effect.
pub(crate) const ALL: &str = "all";

/// The rules about one action, or about all.
#[derive(Debug)]
pub(crate) struct RadiusDocument {
    /// `None` for every action with an effect.
    pub(crate) action: Option<Spot<ToolName>>,
    /// What could be read.
    pub(crate) rules: Vec<Radius>,
    /// The parameters that they look at, and whether they are summed.
    pub(crate) named: Vec<Spot<(Pointer, bool)>>,
    /// To what they lower the ceiling.
    pub(crate) lowers: Option<Spot<Level>>,
    /// True when all could be read.
    pub(crate) whole: bool,
}

/// Every entry.
pub(crate) fn read(node: &Node, title: &str, problems: &Problems) -> Option<Vec<RadiusDocument>> {
    let entries = entries(node, title, problems)?;
    if entries.is_empty() {
        let remedy = "name an action, for instance `payout.create: { count: 200/h }`, or remove it";
        return problems.note(node.place, format!("{title} limits nothing"), remedy);
    }
    Some(entries.iter().map(|entry| RadiusDocument::read(entry, title, problems)).collect())
}

/// The rules of all entries; `None` when one could not be read.
pub(crate) fn rules(documents: &[RadiusDocument]) -> Option<Vec<Radius>> {
    let whole = documents.iter().all(|document| document.whole);
    whole.then(|| documents.iter().flat_map(|document| document.rules.iter().cloned()).collect())
}

impl RadiusDocument {
    fn read(entry: &Entry, title: &str, problems: &Problems) -> Self {
        let action = (entry.key != ALL)
            .then(|| Spot { value: ToolName::from(entry.key.as_str()), place: entry.place });
        let named_well = action.is_none()
            || check_name(&entry.key, entry.place, "action", Naming::Tool, problems).is_some();
        let mut document =
            Self { action, rules: Vec::new(), named: Vec::new(), lowers: None, whole: named_well };
        document.whole &= document.fill(&entry.value, &format!("{title}.{}", entry.key), problems).is_some();
        document
    }

    fn fill(&mut self, node: &Node, title: &str, problems: &Problems) -> Option<()> {
        let fields = Fields::of(node, title, problems)?;
        let count = fields.get("count").map(|node| limit(node, &format!("{title}.count"), problems));
        let sum = fields.get("sum").map(|node| measured(node, &format!("{title}.sum"), problems));
        let distinct =
            fields.get("distinct").map(|node| measured(node, &format!("{title}.distinct"), problems));
        let then = match fields.get("then") {
            Some(node) => self.read_then(node, title, problems),
            None => Some(Edge::Escalate),
        };
        fields.end();
        if count.is_none() && sum.is_none() && distinct.is_none() {
            let remedy = "add `count: 200/h`, `sum: { of: params:/…, max: …/h }` or `distinct: { of: params:/…, max: …/h }`";
            return problems.note(node.place, format!("{title} limits nothing"), remedy);
        }
        if let Some(Some((of, (max, _)))) = &distinct
            && *max > MOST_VALUES
        {
            let message = format!("{title}.distinct allows {max} different values");
            let remedy = format!("each is remembered for as long as the window: allow at most {MOST_VALUES}");
            return problems.note(of.place, message, remedy);
        }
        let then = then?;
        let action = self.action.as_ref().map(|action| action.value.clone());
        let rule = |measure, (max, per_ms)| {
            let meter = Meter { action: action.clone(), measure, per_ms };
            Radius { meter, max, then }
        };
        let mut whole = true;
        if let Some(count) = count {
            whole &= count.is_some();
            self.rules.extend(count.map(|limit| rule(Measure::Count, limit)));
        }
        for (read, is_sum) in [(sum, true), (distinct, false)] {
            let Some(read) = read else { continue };
            let Some((of, limit)) = read else {
                whole = false;
                continue;
            };
            let at = of.value.as_str().into();
            let measure = if is_sum { Measure::Sum(at) } else { Measure::Distinct(at) };
            self.rules.push(rule(measure, limit));
            self.named.push(Spot { value: (of.value, is_sum), place: of.place });
        }
        whole.then_some(())
    }

    fn read_then(&mut self, node: &Node, title: &str, problems: &Problems) -> Option<Edge> {
        const LEVELS: [Level; 4] = [Level::Recommend, Level::Draft, Level::Read, Level::None];
        const WORDS: [&str; 5] = ["escalate", "recommend", "draft", "read", "none"];
        let text = text(node, &format!("{title}.then"), problems)?;
        if text == "escalate" {
            return Some(Edge::Escalate);
        }
        if let Some(level) = LEVELS.into_iter().find(|level| level.as_str() == text) {
            self.lowers = Some(Spot { value: level, place: node.place });
            return Some(Edge::Lower(level));
        }
        let remedy = match nearest(&text, WORDS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!(
                "choose one of {}: ask those who run the service, or lower the ceiling",
                listed(WORDS)
            ),
        };
        problems.note(node.place, format!("{title}.then `{text}` is not known"), remedy)
    }
}

/// `{ of: params:/…, max: 50/h }`.
fn measured(node: &Node, title: &str, problems: &Problems) -> Option<(Spot<Pointer>, (u64, u64))> {
    let fields = Fields::of(node, title, problems)?;
    let of = fields.need("of").and_then(|node| {
        let text = text(node, &format!("{title}.of"), problems)?;
        match Source::read(&text, node.place, problems)? {
            Source::Params(pointer) => Some(Spot { value: pointer, place: node.place }),
            Source::Result(_) | Source::Item(..) => problems.note(
                node.place,
                format!("`{text}` is not in the parameters"),
                "how far an action reaches is known before it goes: name one of its parameters, `params:/…`",
            ),
        }
    });
    let max = fields.need("max").and_then(|node| limit(node, &format!("{title}.max"), problems));
    fields.end();
    Some((of?, max?))
}

/// `200/h`: how much, in how many milliseconds.
fn limit(node: &Node, what: &str, problems: &Problems) -> Option<(u64, u64)> {
    let text = word(node, what, problems)?;
    let parsed = text.split_once('/').and_then(|(most, per)| {
        let per_ms = per_ms(per)?;
        let digits = !most.is_empty() && most.bytes().all(|byte| byte.is_ascii_digit());
        Some((most.parse::<u64>().ok().filter(|_| digits)?, per_ms))
    });
    parsed.or_else(|| {
        problems.note(
            node.place,
            format!("{what} `{text}` is not a limit"),
            "write a whole number per `s`, `m`, `h` or `d`, for instance `200/h`",
        )
    })
}
