//! What more of each key means: one row a key, the first row that fits counts.

use super::Direction;

/// What a key does to what the service may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// A bound from above: more of it widens, and without it there is none.
    Limit,
    /// Something that is asked: more of it narrows, and so does its being there.
    Need,
    /// Something that is granted: more of it widens, and so does its being there.
    Grant,
    /// It cannot be told from the document alone.
    Open,
}

impl Meaning {
    /// When there is more of it.
    pub(super) const fn of_more(self) -> Direction {
        match self {
            Self::Limit | Self::Grant => Direction::Widened,
            Self::Need => Direction::Narrowed,
            Self::Open => Direction::Changed,
        }
    }

    /// When it is there and was not.
    pub(super) const fn of_presence(self) -> Direction {
        match self {
            Self::Grant => Direction::Widened,
            Self::Limit | Self::Need => Direction::Narrowed,
            Self::Open => Direction::Changed,
        }
    }
}

/// Keys with blanks between them (`*` is any one, `**` any number of them), the words in which `{n}` is the
/// n-th key, and the meaning.
pub(super) type Rule = (&'static str, &'static str, Meaning);

use Meaning::{Grant, Limit, Need, Open};

const RULES: &[Rule] = &[
    ("identity autonomy", "autonomy", Grant),
    ("identity delegation until", "delegation until", Grant),
    ("identity delegation on", "delegation from", Need),
    ("identity delegation enabled_by", "delegation enabled by", Open),
    ("identity duties *", "duty to {2}", Grant),
    ("scope actions *", "action {2}", Grant),
    ("scope forbidden", "forbidden", Need),
    ("scope workflows", "workflows", Need),
    ("scope workflows *", "workflow {2}", Grant),
    ("scope workflows * actions", "workflow {2}: actions", Grant),
    ("scope workflows * **", "workflow {2}: {last}", Limit),
    ("scope escalate *", "rule {2} that asks a person", Need),
    ("scope escalate * quorum", "rule {2}: people who must approve", Need),
    ("scope escalate * within", "rule {2}: time to answer", Grant),
    ("scope escalate * to", "rule {2}: asks", Open),
    ("scope escalate * usual *", "rule {2}: usual {last}", Open),
    ("scope escalate * first_seen within", "rule {2}: a value is familiar for", Grant),
    ("scope escalate * first_seen value", "rule {2}: first seen", Open),
    ("scope escalate * missing", "rule {2}: asks when there is no", Need),
    ("scope escalate * when", "rule {2}: asks when", Open),
    ("evidence items *", "item {2}", Open),
    ("evidence items * fresh_for", "item {2}: fresh for", Limit),
    ("evidence items * require", "item {2}: must have", Need),
    ("evidence items * matching *", "item {2}: must match", Need),
    ("evidence needs *", "{2}: needs", Need),
    ("evidence needs * all", "{2}: needs", Need),
    ("evidence needs * agree", "{2}: must agree", Need),
    ("evidence needs * ** at_least", "{2}: sources needed", Need),
    ("evidence needs * ** of", "{2}: accepted sources", Grant),
    ("evidence origin *", "{2}: origin of parameters", Need),
    ("evidence origin * *", "{2}: {3} may come from", Limit),
    ("tooling upstreams *", "upstream {2}", Open),
    ("tooling upstreams * private", "upstream {2}: on a private network", Grant),
    ("tooling upstreams * redirects", "upstream {2}: redirects followed", Grant),
    ("tooling tools * model allow", "{2}: models", Limit),
    ("tooling tools * model most_tokens", "{2}: most tokens of an answer", Limit),
    ("tooling tools *", "tool {2}", Open),
    ("tooling tools * rate", "{2}: rate", Limit),
    ("tooling tools * concurrency", "{2}: calls at a time", Limit),
    ("tooling tools * output", "{2}: results must be", Need),
    ("tooling tools * output **", "{2}: results: {last}", Open),
    ("tooling tools * effect", "{2}: at most once", Need),
    ("tooling tools * idempotency_key", "{2}: idempotency key", Need),
    ("tooling tools * retry", "{2}: sent again", Grant),
    ("tooling tools * retry attempts", "{2}: sent at most", Grant),
    ("tooling tools * retry within", "{2}: time for all attempts", Grant),
    ("tooling tools * fallback", "{2}: answered otherwise while its tool is down", Grant),
    ("tooling tools * fallback then", "{2}: another read stands in", Grant),
    ("tooling tools * fallback then **", "{2}: {last} of the read that stands in", Open),
    ("tooling tools * fallback stale_for", "{2}: answered from memory for", Grant),
    ("tooling tools * max_result", "{2}: largest answer", Grant),
    ("tooling tools * lands_within", "{2}: may still land", Need),
    ("tooling tools * report_within", "{2}: its caller reports within", Limit),
    ("tooling tools * when_unknown", "{2}: asked when its outcome is unknown", Open),
    ("tooling tools * when_unknown **", "{2}: {last} of the question about it", Open),
    ("tooling tools * breaker", "{2}: breaker", Need),
    // Below a negation or an alternative less can be more.
    ("tooling tools * input ** not **", "{2}: input {last}", Open),
    ("tooling tools * input ** if **", "{2}: input {last}", Open),
    ("tooling tools * input ** oneOf **", "{2}: input {last}", Open),
    ("tooling tools * input ** anyOf **", "{2}: input {last}", Open),
    ("tooling tools * input ** properties *", "{2}: parameter {last}", Grant),
    ("tooling tools * input ** required", "{2}: required parameters", Need),
    ("tooling tools * input ** enum", "{2}: {parent} may be", Limit),
    ("tooling tools * input ** additionalProperties", "{2}: further parameters", Grant),
    ("tooling tools * input ** maximum", "{2}: {parent} at most", Limit),
    ("tooling tools * input ** exclusiveMaximum", "{2}: {parent} below", Limit),
    ("tooling tools * input ** maxLength", "{2}: longest {parent}", Limit),
    ("tooling tools * input ** maxItems", "{2}: most {parent}", Limit),
    ("tooling tools * input ** minimum", "{2}: {parent} at least", Need),
    ("tooling tools * input ** exclusiveMinimum", "{2}: {parent} above", Need),
    ("tooling tools * input ** minLength", "{2}: shortest {parent}", Need),
    ("tooling tools * input ** minItems", "{2}: fewest {parent}", Need),
    ("tooling tools * input ** pattern", "{2}: {parent} matches", Need),
    ("tooling tools * input ** format", "{2}: {parent} is written as", Need),
    ("cost run spend", "a run may spend", Limit),
    ("cost run calls", "calls of a run", Limit),
    ("cost run tokens", "tokens of a run", Limit),
    ("cost run wall_time", "time of a run", Limit),
    ("cost run tools *", "{3}: calls of a run", Limit),
    ("cost service *", "the service: {2}", Limit),
    ("cost service * *", "the service: {2} in a {3}", Limit),
    ("cost prices * million_input", "{2}: price of a million tokens that go in", Open),
    ("cost prices * million_output", "{2}: price of a million tokens that come out", Open),
    ("cost prices *", "{2}: price", Open),
    ("cost prices * most", "{2}: price at most", Open),
    ("cost prices * reported", "{2}: price as reported", Open),
    ("cost loop *", "loops: {2}", Limit),
    ("cost loop * **", "loops: {2} {last}", Limit),
    ("cost value", "what a run must be worth", Need),
    ("cost value at_most", "share of its value that a run may cost", Limit),
    ("cost value stop_below", "what the last calls must earn per cost", Need),
    ("cost value *", "value of a run: {2}", Open),
    ("recovery undo *", "{2}: undo", Need),
    ("recovery undo * within", "{2}: may be undone for", Need),
    ("recovery undo * irreversible", "{2}: irreversible", Need),
    ("recovery undo * independent", "{2}: undone past what could not be", Open),
    ("recovery undo * returns", "{2}: what comes back", Open),
    ("recovery undo * returns *", "{2}: what comes back, {4}", Open),
    ("recovery undo * verify", "{2}: read-back after its undo", Need),
    ("recovery undo * verify **", "{2}: read-back after its undo, {last}", Need),
    ("recovery blast_radius * * max", "{2}: blast radius, {3} at most", Limit),
    ("recovery blast_radius * * of", "{2}: blast radius, {3} of", Open),
    ("recovery blast_radius * then", "{2}: beyond its blast radius", Limit),
    ("recovery blast_radius * count", "{2}: blast radius, count at most", Limit),
    ("recovery blast_radius * *", "{2}: blast radius, {3}", Need),
    ("recovery schedule *", "hours {2}", Need),
    ("recovery schedule * ceiling", "hours {2}: what still goes", Open),
    ("recovery schedule * *", "hours {2}: {3}", Open),
    ("recovery release people", "people who let it go again", Need),
    ("recovery blast_radius *", "{2}: blast radius", Need),
    ("recovery tripwires", "tripwire", Need),
];

/// True below a schema of a tool, which is JSON: text there is only text.
pub(super) fn is_in_schema(path: &[String]) -> bool {
    ["input", "output"].iter().any(|schema| fits(&["tooling", "tools", "*", schema, "**"], path))
}

/// The row of a place.
pub(super) fn rule(path: &[String]) -> Option<&'static Rule> {
    RULES.iter().find(|(pattern, ..)| {
        let pattern: Vec<&str> = pattern.split_whitespace().collect();
        fits(&pattern, path)
    })
}

fn fits(pattern: &[&str], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), None) => fits(rest, path),
        (Some((&"**", rest)), Some((_, further))) => fits(rest, path) || fits(pattern, further),
        (Some((key, rest)), Some((found, further))) => (*key == "*" || key == found) && fits(rest, further),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// The words of a place: those of its row, else its keys.
pub(super) fn words(rule: Option<&Rule>, path: &[String]) -> String {
    let Some((_, words, _)) = rule else {
        return path.get(1..).filter(|rest| !rest.is_empty()).unwrap_or(path).join(" › ");
    };
    let key = |index: Option<usize>| index.and_then(|index| path.get(index)).map_or("", String::as_str);
    let mut words = words.replace("{last}", key(path.len().checked_sub(1)));
    words = words.replace("{parent}", key(path.len().checked_sub(2)));
    for (index, found) in path.iter().enumerate() {
        words = words.replace(&format!("{{{index}}}"), found);
    }
    words
}
