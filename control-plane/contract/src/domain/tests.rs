//! Every key of a domain's file with values that it cannot have, and files and folders that are none.

use std::{fs, path::PathBuf};

use remit_core::{Backtest, practice::Cadence};
use serde_json::{Value, json};

use super::{DomainFile, DomainKey, base, parse, read};
use crate::{Problem, domain_json_schema, load, problem::Problems, yaml};

const GOOD: &str = "domain: remit/v1\nname: payments\ncurrency: USD\nbacktest: required\n";

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

fn listing(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// What is said of a text that is not accepted.
#[track_caller]
fn said(text: &str) -> String {
    listing(&parse(text, "payments.yaml").expect_err(text))
}

fn good() -> Value {
    json!({ "domain": "remit/v1", "name": "payments", "currency": "USD", "backtest": "required" })
}

#[test]
fn a_good_file_says_what_it_says() {
    let file = parse(GOOD, "payments.yaml").unwrap();
    assert_eq!(
        (file.name.as_str(), file.settings.currency.as_str(), file.settings.backtest),
        ("payments", "USD", Backtest::Required)
    );
    let places = [DomainKey::Name, DomainKey::Currency, DomainKey::Backtest].map(|key| {
        let problem = file.problem(key, "m".to_owned(), "r".to_owned());
        (problem.file, problem.line, problem.column, problem.width)
    });
    let at = |line, column, width| ("payments.yaml".to_owned(), line, column, width);
    assert_eq!(places, [at(2, 7, 8), at(3, 11, 3), at(4, 11, 8)]);
}

#[test]
fn limits_are_what_the_file_says() {
    let more = "cost: { spend: { day: 5000 }, calls: { hour: 900 } }\nthrottle: { identity: 20/s, service: 100/m, domain: 200/s }\n";
    let settings = parse(&format!("{GOOD}{more}"), "payments.yaml").unwrap().settings;
    let said = serde_json::to_value(&settings).unwrap();
    let a_second = |count: u32| json!({ "count": count, "per_ms": 1_000 });
    assert_eq!(said["allowance"], json!({ "spend": { "day": 5_000_000_000_u64 }, "calls": { "hour": 900 } }));
    let service = json!({ "count": 100, "per_ms": 60_000 });
    assert_eq!(
        said["throttle"],
        json!({ "identity": a_second(20), "service": service, "domain": a_second(200) })
    );
    // A burst of a minute is more than that of a second, and its steady rate is less: both hold.
    let both = "throttle: { identity: 600/m, domain: 200/s }\n";
    assert!(!parse(&format!("{GOOD}{both}"), "d").unwrap().settings.throttle.is_empty());
    assert!(parse(GOOD, "d").unwrap().settings.throttle.is_empty());
}

#[test]
fn practice_is_put_only_where_the_file_says_how_often_and_when_not() {
    assert_eq!(parse(GOOD, "d").unwrap().settings.practice, None);
    let said = "practice: { one_in: 10, most_waiting: 3, longest_wait: 5m }\n";
    let cadence = parse(&format!("{GOOD}{said}"), "d").unwrap().settings.practice.unwrap();
    assert_eq!(cadence, Cadence { one_in: 10, most_waiting: 3, longest_wait_ms: 300_000 });
}

#[test]
fn every_wrong_value_has_its_message() {
    let lines = [
        ("domain", ["domain: remit/v2", "domain: payments", "domain: [remit/v1]", "domain:"]),
        ("name", ["name: Payments!", "name: remit-control", "name: 7", "name: { a: b }"]),
        ("currency", ["currency: usd", "currency: EURO", "currency: 840", "currency: []"]),
        ("backtest", ["backtest: requird", "backtest: sometimes", "backtest: true", "backtest: [none]"]),
    ];
    let mut all = String::new();
    for (key, wrong) in lines {
        let without = GOOD.lines().filter(|line| !line.starts_with(&format!("{key}:")));
        let without: String = without.map(|line| format!("{line}\n")).collect();
        all.push_str(&format!("without {key}\n{}", said(&without)));
        for line in wrong {
            all.push_str(&format!("{line}\n{}", said(&format!("{without}{line}\n"))));
        }
    }
    let more = [
        "backtests: none\n",
        "approval: required\n",
        "cost: { domain: { spend: 5000/day, calls: 500/s } }\n",
        "cost: { calls: { second: 5 } }\n",
        "cost: { spend: { hour: 500, day: 100 } }\n",
        "throttle: 20/s\n",
        "throttle: { identity: 20, service: 50/week, domain: 0/s, tool: 1/s }\n",
        "throttle: { identity: 200/s, service: 12000/m, domain: 200/s }\n",
        "notify: {}\n",
        "notify: { webhook: ftp://x }\n",
        "notify: { webhook: https://x, mail: y }\n",
        "tripwires: []\n",
        "tripwires: [{ when: in_doubt > many, over: 10m, then: stop }]\n",
        "blast_radius: {}\n",
        "blast_radius: { all: { count: 5 } }\n",
        "practice: 20\n",
        "practice: { one_in: 20 }\n",
        "practice: { one_in: 9, most_waiting: 0, longest_wait: never, until: 2027 }\n",
        "groups: {}\n",
        "on_call: group:payments-oncall\n",
        "name: other\n",
    ];
    for line in more {
        all.push_str(&format!("and {line}{}", said(&format!("{GOOD}{line}"))));
    }
    for text in ["", "- a\n", "payments\n", "domain: &a remit/v1\n", "domain: [\n"] {
        all.push_str(&format!("{text:?}\n{}", said(text)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn everything_is_said_in_one_pass() {
    let text = "domain: remit/v3\nname: P\ncurrency: usd\nbacktest: never\nthrottle: 5\nnonsense: 1\n";
    let problems = parse(text, "d.yaml").unwrap_err();
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6], "{}", listing(&problems));
}

#[test]
fn the_reader_takes_the_keys_of_the_schema_and_needs_those_that_it_requires() {
    let schema = domain_json_schema();
    let keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let refused = said(&format!("{GOOD}zz-stranger: 1\n"));
    let mut accepted: Vec<&str> =
        refused.split_once("accepted here").unwrap().1.split('`').skip(1).step_by(2).collect();
    accepted.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(accepted, sorted, "the reader's keys, the keys of form/domain.rs");
    let required: Vec<&str> =
        schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for key in keys {
        let mut file = good();
        file.as_object_mut().unwrap().remove(key);
        let lacks = parse(&file.to_string(), "d").is_err();
        assert_eq!(lacks, required.contains(&key), "`{key}` is required by one of the two only");
    }
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    let committed = fs::read_to_string(assets().join("schemas/domain.json")).unwrap_or_default();
    assert!(
        serde_json::from_str(&committed).ok() == Some(domain_json_schema()),
        "assets/schemas/domain.json is not what form/domain.rs says; update it with\n  \
         cargo run -p remit-console -- domain schema > assets/schemas/domain.json"
    );
}

/// The file of a shipped domain.
fn shipped(name: &str) -> DomainFile {
    read(&assets().join("domains").join(name)).unwrap().remove(0)
}

#[test]
fn the_shipped_files_are_right_and_those_of_the_shipped_contracts() {
    let validator = jsonschema::validator_for(&domain_json_schema()).unwrap();
    for file in read(&assets().join("domains")).unwrap() {
        let problems = Problems::of("d");
        let text = fs::read_to_string(&file.path).unwrap();
        let value = yaml::to_json(&yaml::parse(&text, &problems).unwrap(), &problems).unwrap();
        assert!(validator.is_valid(&value), "{}", file.path.display());
    }
    for (contract, domain) in [("refund-decision", "payments"), ("access-grants", "access")] {
        let contract = load(&assets().join("contracts").join(contract)).unwrap();
        let file = shipped(&format!("{domain}.yaml"));
        assert_eq!(contract.terms().domain, file.name);
        assert_eq!(file.clash(&contract, String::new()), None);
    }
}

#[test]
fn a_contract_in_another_currency_is_refused_with_both_places() {
    let contract = load(&assets().join("contracts/access-grants")).unwrap();
    let file =
        parse(&GOOD.replace("USD", "EUR").replace("payments", "access"), "domains/access.yaml").unwrap();
    let clash = file.clash(&contract, "contracts/access-grants/contract.yaml".to_owned()).unwrap();
    assert_eq!(
        clash.to_string(),
        "contracts/access-grants/contract.yaml:142:13: cost.currency `USD` is not that of domain `access`, which is `EUR` in \
         domains/access.yaml:3:11\nhint: a domain has one currency: write `EUR` here, or correct the domain's file"
    );
}

#[test]
fn a_folder_is_every_file_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(dir.path().join(name), text).unwrap();
    let refused = || listing(&read(dir.path()).unwrap_err());
    assert!(refused().starts_with(".: the folder has no domain's file"), "{}", refused());
    write("payments.yaml", GOOD.as_bytes());
    write("README.md", b"not for us");
    assert_eq!(base(&dir.path().join("payments.yaml")), dir.path());
    assert_eq!(read(dir.path()).unwrap(), read(&dir.path().join("payments.yaml")).unwrap());
    write("access.yaml", GOOD.replace("payments", "access").as_bytes());
    let names: Vec<_> = read(dir.path()).unwrap().into_iter().map(|file| file.name.to_string()).collect();
    assert_eq!(names, ["access", "payments"]);

    write("zz.yaml", GOOD.as_bytes());
    let twice = "zz.yaml:2:7: `payments.yaml` is about domain `payments` already\nhint: keep one of them\n";
    assert_eq!(refused(), twice);
    write("broken.yaml", b"\xff");
    write("large.yaml", &vec![b'#'; 1024 * 1024 + 1]);
    let all = refused();
    for words in
        ["broken.yaml: the file is not UTF-8", "large.yaml: the file is larger than 1 MiB", "zz.yaml:2:7"]
    {
        assert!(all.contains(words), "{words} is not in\n{all}");
    }
    let nowhere = listing(&read(&dir.path().join("nowhere.yaml")).unwrap_err());
    assert!(nowhere.starts_with("nowhere.yaml: the file cannot be read"), "{nowhere}");
}
