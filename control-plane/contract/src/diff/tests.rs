//! What each change is said to mean, and the laws of the difference.

use proptest::prelude::*;

use super::{Change, Direction, changes_in_words, diff, text_diff};
use crate::folder::Folder;

const YAML: &str = include_str!("../tests/good.yaml");
const CEDAR: &str = include_str!("../tests/good.cedar");

fn folder(yaml: &str, cedar: &str) -> Folder {
    Folder { contract: yaml.to_owned(), policy: cedar.to_owned(), scenarios: Vec::new() }
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn changes(yaml: &str, cedar: &str) -> Vec<String> {
    let changes = diff(&folder(YAML, CEDAR), &folder(yaml, cedar)).unwrap();
    changes.iter().map(Change::to_string).collect()
}

/// A piece of the document, what replaces it, and the changes that this makes.
const DOCUMENT: &[(&str, &str, &[&str])] = &[
    (
        "amount > 100",
        "amount > 500",
        &["scope: order.refund: limit of amount without a person 100 → 500, widened"],
    ),
    (
        "amount > 100",
        "amount >= 100",
        &["scope: rule large: asks when context.params.amount > 100 → context.params.amount >= 100, changed"],
    ),
    ("autonomy: execute", "autonomy: draft", &["identity: autonomy execute → draft, narrowed"]),
    (
        "until: 2027-01-01",
        "until: 2028-01-01",
        &["identity: delegation until 2027-01-01 → 2028-01-01, widened"],
    ),
    (
        "run: [group:sales-oncall]",
        "run: [group:sales-oncall, group:night]",
        &["identity: duty to run group:night added, widened"],
    ),
    ("order.get: read", "order.get: draft", &["scope: action order.get read → draft, widened"]),
    ("    mail.send: draft\n", "", &["scope: action mail.send draft removed, narrowed"]),
    ("  forbidden: [order.refund_all]\n", "", &["scope: forbidden order.refund_all removed, widened"]),
    ("quorum: 1", "quorum: 2", &["scope: rule large: people who must approve 1 → 2, narrowed"]),
    ("within: 30m", "within: 1800s", &[]),
    ("within: 30m", "within: 1h", &["scope: rule large: time to answer 30m → 1h, widened"]),
    ("fresh_for: 10m", "fresh_for: 90s", &["evidence: item order: fresh for 10m → 90s, narrowed"]),
    (
        "require: [/id, /customer/id, /paid, /total, /region]",
        "require: [/id, /paid, /total, /region]",
        &["evidence: item order: must have /customer/id removed, widened"],
    ),
    ("all: [order, stock]", "all: [order]", &["evidence: order.refund: needs stock removed, widened"]),
    (
        "        - [params:/currency, order:/currency]",
        "        - [params:/currency, order:/other]",
        &[
            "evidence: order.refund: must agree [params:/currency, order:/currency] removed, widened",
            "evidence: order.refund: must agree [params:/currency, order:/other] added, narrowed",
        ],
    ),
    ("rate: 50/s", "rate: 3000/m", &[]),
    ("rate: 50/s", "rate: 60/s", &["tooling: order.get: rate 50/s → 60/s, widened"]),
    ("      rate: 50/s\n", "", &["tooling: order.get: rate 50/s removed, widened"]),
    ("minimum: 1", "minimum: 0", &["tooling: order.refund: amount at least 1 → 0, widened"]),
    (
        "required: [order_id, amount, currency]",
        "required: [order_id, amount]",
        &["tooling: order.refund: required parameters currency removed, widened"],
    ),
    (
        "      effect: \"refund:{order_id}\"\n",
        "",
        &["tooling: order.refund: at most once refund:{order_id} removed, widened"],
    ),
    ("spend: 0.50", "spend: 0.5", &[]),
    ("spend: 0.50", "spend: 10.00", &["cost: a run may spend 0.50 → 10.00, widened"]),
    ("order.refund: 2 }", "order.refund: 1 }", &["cost: order.refund: calls of a run 2 → 1, narrowed"]),
    ("  loop: { same_call: 3 }\n", "", &["cost: loops: same_call 3 removed, widened"]),
    (
        "  loop: { same_call: 3 }\n",
        "  loop: { same_call: 3 }\n  service: { spend: { day: 200 } }\n",
        &["cost: the service: spend { day: 200 } added, narrowed"],
    ),
    (
        "order.refund: 0.25",
        "order.refund: { most: 0.25, reported: result:/cost }",
        &["cost: order.refund: price 0.25 → { most: 0.25, reported: result:/cost }, changed"],
    ),
    (
        "    mail.send: { irreversible: A mail cannot be recalled. }",
        "    mail.send: { irreversible: A mail cannot be recalled. }\n  blast_radius: { all: { count: 5/m } }",
        &["recovery: all: blast radius { count: 5/m } added, narrowed"],
    ),
    ("within: 72h", "within: 1h", &["recovery: order.refund: may be undone for 72h → 1h, widened"]),
    (
        "recovery:\n",
        "recovery:\n  release: { people: 2 }\n  schedule: { nights: { ceiling: read, from: '22:00', until: '06:00', because: Dark. } }\n",
        &[
            "recovery: people who let it go again 2 added, narrowed",
            "recovery: hours nights { ceiling: read, from: 22:00, until: 06:00, because: Dark. } added, narrowed",
        ],
    ),
    ("version: 1.2.3", "version: 1.3.0", &["contract: version 1.2.3 → 1.3.0, changed"]),
    (
        "purpose: Sell things.",
        "purpose: Sell  things. # more",
        &["contract: purpose Sell things. → Sell  things., changed"],
    ),
    ("  owner: ada@acme.example", "  # who\n  owner:   ada@acme.example", &[]),
];

#[test]
fn each_change_of_the_document_in_words() {
    for (from, to, expect) in DOCUMENT {
        assert_eq!(changes(&replaced(YAML, from, to), CEDAR), *expect, "{from} => {to}");
    }
}

#[test]
fn minor_units_are_shown_as_people_count() {
    let rule = |limit: &str| {
        replaced(YAML, "amount > 100", &format!("amount_minor > {limit} && context.run.calls < 3"))
    };
    let (old, new) = (folder(&rule("20000"), CEDAR), folder(&rule("50000"), CEDAR));
    let [change] = diff(&old, &new).unwrap().try_into().unwrap();
    assert_eq!(change.to_string(), "scope: order.refund: limit without a person 200.00 → 500.00, widened");
    assert_eq!(change.at, "scope › escalate › large › when");
}

#[test]
fn below_a_negation_no_direction_is_claimed() {
    let rule = |limit: &str| {
        replaced(YAML, "context.params.amount > 100", &format!("'!(context.params.amount > {limit})'"))
    };
    let [change] = diff(&folder(&rule("1"), CEDAR), &folder(&rule("2"), CEDAR)).unwrap().try_into().unwrap();
    assert_eq!(change.direction, Direction::Changed);
}

#[test]
fn each_change_of_the_policies_in_words() {
    let rules = |text: &str| format!("@id(\"a\") permit(principal, action, resource);\n@id(\"b\")\n{text}");
    let table: &[(&str, &str, &[&str])] = &[
        ("forbid(principal, action, resource);", "forbid(principal,action,resource ) ; // same", &[]),
        (
            "forbid(principal, action, resource) when { context.params.amount_minor > 500 };",
            "forbid(principal, action, resource) when { context.params.amount_minor > 900 };",
            &["policy: policy b: limit of params.amount_minor 5.00 → 9.00, widened"],
        ),
        (
            "permit(principal, action, resource) when { context.params.n <= 5 };",
            "permit(principal, action, resource) when { context.params.n <= 4 };",
            &["policy: policy b: limit of params.n 5 → 4, narrowed"],
        ),
        (
            "forbid(principal, action, resource) unless { context.params.n <= 5 };",
            "forbid(principal, action, resource) unless { context.params.n <= 4 };",
            &[
                "policy: policy b @id(\"b\") forbid(principal, action, resource) unless { context.params.n <= 5 }; → @id(\"b\") forbid(principal, action, resource) unless { context.params.n <= 4 };, changed",
            ],
        ),
        (
            "",
            "forbid(principal, action, resource);",
            &["policy: policy b @id(\"b\") forbid(principal, action, resource); added, narrowed"],
        ),
        (
            "@quorum(\"1\") forbid(principal, action, resource);",
            "@quorum(\"2\") @outcome(\"escalate\") forbid(principal, action, resource);",
            &[
                "policy: policy b: @outcome escalate added, widened",
                "policy: policy b: @quorum 1 → 2, narrowed",
            ],
        ),
    ];
    for (from, to, expect) in table {
        let of = |text: &str| {
            if text.is_empty() {
                "@id(\"a\") permit(principal, action, resource);".to_owned()
            } else {
                rules(text)
            }
        };
        let found = diff(&folder(YAML, &of(from)), &folder(YAML, &of(to))).unwrap();
        assert_eq!(found.iter().map(Change::to_string).collect::<Vec<_>>(), *expect, "{from} => {to}");
    }
}

#[test]
fn a_value_that_only_looks_the_same_is_another_one() {
    let schema = |value: &str| replaced(YAML, "minimum: 1 }", &format!("minimum: 1, const: {value} }}"));
    let pattern = |value: &str| replaced(YAML, "minimum: 1 }", &format!("minimum: 1, pattern: {value} }}"));
    let price = |value: &str| replaced(YAML, "order.refund: 2 }", &format!("order.refund: {value} }}"));
    let at = |name: &str| format!("tooling: tools › order.refund › input › properties › amount › {name}");
    let table = [
        (schema("1"), schema("\"1\""), vec![format!("{} 1 → \"1\", changed", at("const"))]),
        (schema("'010'"), schema("'10'"), vec![format!("{} \"010\" → \"10\", changed", at("const"))]),
        (schema("a"), schema("'a'"), vec![]),
        (
            schema("9007199254740993"),
            schema("9007199254740992"),
            vec![format!("{} 9007199254740993 → 9007199254740992, changed", at("const"))],
        ),
        (
            schema("[a, b]"),
            schema("[\"a, b\"]"),
            vec![
                format!("{} a removed, changed", at("const")),
                format!("{} b removed, changed", at("const")),
                format!("{} \"a, b\" added, changed", at("const")),
            ],
        ),
        (schema("[1, 2]"), schema("[2, 1]"), vec![format!("{} [1, 2] → [2, 1], changed", at("const"))]),
        (schema("null"), schema("~"), vec![]),
        (schema("''"), schema(""), vec![format!("{} \"\" → null, changed", at("const"))]),
        // Text has no order in a schema, also where it looks like a duration.
        (
            pattern("30m"),
            pattern("1800s"),
            vec!["tooling: order.refund: amount matches 30m → 1800s, changed".to_owned()],
        ),
        (price("2"), price("2.0"), vec![]),
        (
            replaced(YAML, "version: 1.2.3", "version: 1.1"),
            replaced(YAML, "version: 1.2.3", "version: 1.10"),
            vec!["contract: version 1.1 → 1.10, changed".to_owned()],
        ),
    ];
    for (before, after, expect) in table {
        let found = diff(&folder(&before, CEDAR), &folder(&after, CEDAR)).unwrap();
        let mut found: Vec<String> = found.iter().map(Change::to_string).collect();
        let mut expect = expect;
        found.sort();
        expect.sort();
        assert_eq!(found, expect);
    }
}

#[test]
fn a_value_cannot_pass_for_a_line_of_its_own() {
    let forged = "scope: autonomy execute → read, narrowed";
    let yaml = replaced(YAML, "purpose: Sell things.", &format!("purpose: \"x\\n{forged}\""));
    let key = replaced(
        YAML,
        "    order.get: read\n",
        &format!("    order.get: read\n    \"x\\n{forged}\": read\n"),
    );
    let turned = replaced(YAML, "purpose: Sell things.", "purpose: \"Sell \\u202ethings.\"");
    let rule = format!(
        "{CEDAR}\n@id(\"x\\n{forged}\")\n@because(\"y\\n{forged}\")\nforbid(principal, action, resource);\n"
    );
    for (yaml, cedar) in [(yaml.as_str(), CEDAR), (&key, CEDAR), (&turned, CEDAR), (YAML, &rule)] {
        let words = changes_in_words(Some(&folder(YAML, CEDAR)), &folder(yaml, cedar)).unwrap();
        assert_eq!(words.lines().count(), 1, "{words}");
        assert!(!words.contains('\u{202e}') && !words.starts_with(forged), "{words}");
    }
}

#[test]
fn a_rule_is_shown_whole_and_to_the_letter() {
    let rule = |end: &str| {
        let long = "context.params.amount > 1 && ".repeat(20);
        format!(
            "@id(\"a\")\nforbid(principal, action, resource) // of all\nwhen {{ {long}\n context.params.currency == \"{end}\" }};"
        )
    };
    let [change] =
        diff(&folder(YAML, &rule("a  // b")), &folder(YAML, &rule("a // b"))).unwrap().try_into().unwrap();
    let (before, after) = (change.before.unwrap(), change.after.unwrap());
    assert!(before.ends_with("context.params.currency == \"a  // b\" };"), "{before}");
    assert!(after.ends_with("context.params.currency == \"a // b\" };"), "{after}");
    assert!(before.starts_with("@id(\"a\") forbid(principal, action, resource) when { context"), "{before}");
}

#[test]
fn scenarios_that_come_change_and_go_are_told() {
    let with = |files: &[(&str, &str)]| {
        let files =
            files.iter().map(|(name, text)| (format!("scenarios/{name}.yaml"), text.as_bytes().to_vec()));
        Folder { scenarios: files.collect(), ..folder(YAML, CEDAR) }
    };
    let before = with(&[("gone", "a: 1\n"), ("kept", "b: 1\n"), ("other", "c: 1\n")]);
    let after = with(&[("kept", "b: 1\n"), ("new", "d: 1\n"), ("other", "c: 1\n\ne: 1\n")]);
    let words = changes_in_words(Some(&before), &after).unwrap();
    let expect = [
        "contract: file scenarios/gone.yaml of 1 lines (37b128c59f1f) removed, changed",
        "contract: file scenarios/new.yaml of 1 lines (8d94c6c00ceb) added, changed",
        "contract: file scenarios/other.yaml of 1 lines (13ac93244e48) → of 2 lines (8316eb411cfc), changed",
    ];
    assert_eq!(words.lines().collect::<Vec<_>>(), expect);
    assert_eq!(changes_in_words(Some(&before), &before).unwrap(), "nothing changed in meaning\n");
}

#[test]
fn a_first_version_is_compared_with_nothing() {
    let words = changes_in_words(None, &folder(YAML, CEDAR)).unwrap();
    assert!(words.starts_with("the first version: all that it allows is new\n"), "{words}");
    for line in [
        "identity: autonomy execute added, widened",
        "identity: duty to run [group:sales-oncall] added, widened",
        "scope: action order.refund execute added, widened",
        "cost: a run may spend 0.50 added, narrowed",
    ] {
        assert!(words.lines().any(|found| found == line), "`{line}` is not in\n{words}");
    }
    let permits = words.lines().filter(|line| line.contains("permit") && line.ends_with("added, widened"));
    assert!(permits.count() > 0, "{words}");
}

#[test]
fn what_cannot_be_read_is_named() {
    let good = folder(YAML, CEDAR);
    let problems = diff(&good, &folder("a: [", CEDAR)).unwrap_err();
    assert!(problems[0].message.contains("this is not YAML"), "{problems:?}");
    let problems = diff(&good, &folder(YAML, "permit(")).unwrap_err();
    assert!(problems[0].message.contains("this is not a Cedar policy"), "{problems:?}");
}

#[test]
fn the_text_shows_files_that_changed_came_and_went() {
    let mut after = folder(&replaced(YAML, "1.2.3", "1.2.4"), CEDAR);
    after.scenarios.push(("scenarios/one.yaml".to_owned(), b"given: {}\n".to_vec()));
    insta::assert_snapshot!(text_diff(&folder(YAML, CEDAR), &after));
    assert_eq!(text_diff(&after, &after), "");
}

/// The good document with some of its values replaced.
fn mutated() -> impl Strategy<Value = Folder> {
    let spots: Vec<(usize, usize)> =
        YAML.match_indices(|c: char| c.is_ascii_digit()).map(|(at, digit)| (at, digit.len())).collect();
    let words =
        prop::sample::select(vec!["execute", "read", "30m", "group:risk", "stock", "order.get", "minLength"]);
    let others = prop::sample::select(vec!["draft", "2h", "all", "group:x", "7"]);
    (prop::collection::vec((prop::sample::select(spots), 0..10_u8), 0..4), prop::option::of((words, others)))
        .prop_map(|(digits, word)| {
            let mut yaml = YAML.to_owned();
            for ((at, len), digit) in digits {
                yaml.replace_range(at..at.strict_add(len), &digit.to_string());
            }
            let yaml = match word {
                Some((from, to)) => yaml.replacen(from, to, 1),
                None => yaml,
            };
            folder(&yaml, CEDAR)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_changes_between_a_folder_and_itself(folder in mutated()) {
        prop_assert_eq!(diff(&folder, &folder).unwrap(), []);
    }

    #[test]
    fn swapped_folders_swap_widened_and_narrowed(before in mutated(), after in mutated()) {
        let there = diff(&before, &after).unwrap();
        let back = diff(&after, &before).unwrap();
        let mut reversed: Vec<Change> = there.into_iter().map(|change| Change {
            direction: change.direction.reversed(),
            before: change.after,
            after: change.before,
            ..change
        }).collect();
        let key = |change: &Change| (change.at.clone(), change.before.clone(), change.after.clone());
        reversed.sort_by_key(key);
        let mut back = back;
        back.sort_by_key(key);
        prop_assert_eq!(reversed, back);
    }
}
