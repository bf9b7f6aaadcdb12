//! Model calls, tokens and the domain's part in scenarios, and that coverage asks for each of these rules.

use std::path::PathBuf;

use super::*;

/// The refund contract with a model, a limit of tokens for each run, and a lower one for enquiries.
fn with_a_model(scenarios: &str) -> Folder {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts/refund-decision");
    let shipped = Folder::read(&dir).unwrap();
    let changes = [
        ("    tickets.get: read\n", "    tickets.get: read\n    model.chat: read\n"),
        ("    desk: {", "    models: { http: \"https://models.example\", speaks: openai }\n    desk: {"),
        (
            "    transactions.get:            #",
            "    model.chat: { upstream: models, model: { allow: [small], most_tokens: 500 }, timeout: 60s }\n    transactions.get:            #",
        ),
        ("    calls: 20\n", "    calls: 20\n    tokens: 8000\n"),
        (
            "customer.note, customer.reply]\n      spend: 0.05\n",
            "customer.note, customer.reply, model.chat]\n      spend: 0.05\n      tokens: 4000\n",
        ),
        (
            "    customer.reply: 0.01\n",
            "    customer.reply: 0.01\n    model.chat: { million_input: 1, million_output: 10 }\n",
        ),
    ];
    let contract = changes.iter().fold(shipped.contract, |text, (from, to)| edited(&text, from, to));
    let policy = edited(
        &shipped.policy,
        "Action::\"tickets.get\"]",
        "Action::\"tickets.get\", Action::\"model.chat\"]",
    );
    let file = ("scenarios/models.yaml".to_owned(), scenarios.as_bytes().to_vec());
    Folder { contract, policy, scenarios: vec![file] }
}

const MODELS: &str = "suite: Models
given:
  at: 2026-03-02T09:00:00Z
  run: { workflow: refund }
  tools: { model.chat: [{ result: { input_tokens: 100, output_tokens: 20 } }] }
scenarios:
  - id: what-it-used-is-settled
    when:
      - { propose: model.chat, with: { model: small, max_tokens: 400, input_bytes: 300 }, expect: { left: { money: 0.9997, tokens: 7880 } } }
  - id: another-model
    when:
      - { propose: model.chat, with: { model: large, max_tokens: 400, input_bytes: 300 }, expect: { outcome: deny, reason: model_not_allowed } }
      - { propose: model.chat, with: { model: small, max_tokens: 501, input_bytes: 300 }, expect: { outcome: deny, reason: parameters_invalid } }
  - id: the-tokens-are-used
    given: { spent: { tokens: 7000 } }
    when:
      - { propose: model.chat, with: { model: small, max_tokens: 400, input_bytes: 300 }, expect: { outcome: deny, clause: cost, reason: tokens_exhausted, left: { tokens: 1000 } } }
  - id: an-enquiry-has-fewer
    given: { run: { workflow: enquiry }, spent: { tokens: 3000 } }
    when:
      - { propose: model.chat, with: { model: small, max_tokens: 400, input_bytes: 300 }, expect: { outcome: deny, clause: cost, reason: tokens_exhausted, left: { tokens: 1000 } } }
";

/// How well the scenarios hold a rule.
fn tie(tested: &Tested, name: &str) -> Option<Tie> {
    tested.rules.iter().find(|rule| rule.name == name).map(|rule| rule.tie)
}

#[test]
fn the_rules_of_models_are_covered() {
    let tested = test_folder(&with_a_model(MODELS), None).unwrap_or_else(|it| panic!("{}", listing(&it)));
    assert_eq!(failures(&tested), "");
    let rules = [
        "tooling.tools.model.chat.model.allow",
        "tooling.tools.model.chat.model.most_tokens",
        "cost.run.tokens",
        "scope.workflows.enquiry.tokens",
    ];
    for rule in rules {
        assert_eq!(tie(&tested, rule), Some(Tie::Held), "{rule}");
        // Without the scenario that meets it, it is vacuous.
        let other = match rule {
            "cost.run.tokens" => MODELS.replace("spent: { tokens: 7000 }", "spent: { calls: 1 }"),
            "scope.workflows.enquiry.tokens" => {
                MODELS.replace("spent: { tokens: 3000 }", "spent: { calls: 1 }")
            }
            "tooling.tools.model.chat.model.allow" => MODELS.replace("model: large", "model: small"),
            _ => MODELS.replace("max_tokens: 501", "max_tokens: 499"),
        };
        let tested = test_folder(&with_a_model(&other), None).unwrap();
        assert!(!failures(&tested).is_empty(), "{rule}: the scenario does not notice");
    }
}

#[test]
fn results_and_fallbacks_are_covered() {
    let tested = test_folder(&with_a_model(MODELS), None).unwrap();
    for rule in ["tooling.tools.eligibility.check.output", "tooling.tools.tickets.get.fallback"] {
        assert_eq!(tie(&tested, rule), Some(Tie::Vacuous), "nothing here meets {rule}");
    }
}

#[test]
fn each_limit_of_a_domain_is_covered_by_the_suite_that_says_it() {
    let suite = MODELS.replace(
        "  run: { workflow: refund }\n  tools",
        "  run: { workflow: refund }\n  domain: { cost: { spend: { hour: 1, day: 5 } }, throttle: { identity: 1/s, service: 3/s } }\n  tools",
    );
    let met = "  - id: too-soon
    when:
      - { propose: model.chat, with: { model: small, max_tokens: 400, input_bytes: 300 } }
      - { propose: model.chat, with: { model: small, max_tokens: 400, input_bytes: 301 }, expect: { outcome: throttle, clause: cost, reason: identity_throttled } }
  - id: the-hour-is-spent
    given: { spent: { domain: { money: 0.999 } } }
    when:
      - { propose: model.chat, with: { model: small, max_tokens: 400, input_bytes: 300 }, expect: { outcome: throttle, clause: cost, reason: budget_exhausted } }
";
    let tested = test_folder(&with_a_model(&format!("{suite}{met}")), None)
        .unwrap_or_else(|it| panic!("{}", listing(&it)));
    assert_eq!(failures(&tested), "");
    let ties =
        ["cost.spend.hour", "cost.spend.day", "throttle.identity", "throttle.service", "throttle.domain"]
            .map(|limit| tie(&tested, &format!("domain.{limit}")));
    assert_eq!(ties, [Some(Tie::Held), Some(Tie::Vacuous), Some(Tie::Held), Some(Tie::Vacuous), None]);
}
