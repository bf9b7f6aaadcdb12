//! Problems as they are printed, harmless whatever the contract says.

use std::{fs, path::Path};

use annotate_snippets::Renderer;

use super::{entry, shown};

const POLICY: &str = "@id(\"a\")\npermit (principal, action, resource);\n";

/// The problems of a contract with this text, in a folder of its own.
fn problems(yaml: &str) -> Vec<remit_contract::Problem> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("contract.yaml"), yaml).unwrap();
    fs::write(dir.path().join("policy.cedar"), POLICY).unwrap();
    remit_contract::load(dir.path()).unwrap_err()
}

/// The same without what is said of its policies.
fn of_document(yaml: &str) -> Vec<remit_contract::Problem> {
    problems(yaml).into_iter().filter(|problem| problem.file == "contract.yaml").collect()
}

fn all(yaml: &str, renderer: &Renderer) -> String {
    let shown = of_document(yaml)
        .iter()
        .rev()
        .take(2)
        .map(|it| shown(Path::new("x"), it, Some(yaml), renderer))
        .collect::<Vec<_>>();
    shown.join("\n\n")
}

#[test]
fn a_caret_stands_below_what_is_wrong() {
    let renderer = Renderer::plain().term_width(80);
    insta::assert_snapshot!(all("contract: remit/v2\nservize: shop\n", &renderer), @r"
    error: unknown key `servize` in the contract
     --> x/contract.yaml:2:1
      |
    2 | servize: shop
      | ^^^^^^^
      |
      = hint: did you mean `service`?

    error: form `remit/v2` is not known
     --> x/contract.yaml:1:11
      |
    1 | contract: remit/v2
      |           ^^^^^^^^
      |
      = hint: write `contract: remit/v1`
    ");
    insta::assert_snapshot!(all("a: [b", &renderer), @r"
    note: what the file says, and what the policies do with it, is not checked yet
    --> x/contract.yaml
     = hint: mend its form first

    error: this is not YAML: unclosed bracket '['
     --> x/contract.yaml:1:4
      |
    1 | a: [b
      |    ^
      |
      = hint: correct the indentation, quotes or brackets here or just above
    ");
}

#[test]
fn foreign_text_is_inert_and_the_caret_stays_in_its_place() {
    let yaml = "contract: remit/v1\nservice: \"\u{202e}x\u{1b}[2Jä\u{200b}\" # \t\u{7}\n";
    insta::assert_snapshot!(all(yaml, &Renderer::plain().term_width(80)), @r#"
    note: what the file says, and what the policies do with it, is not checked yet
    --> x/contract.yaml
     = hint: mend its form first

    error: this is not YAML: unexpected character: `\u{1b}'
     --> x/contract.yaml:2:13
      |
     ::: 
    2 | service: "<U+202E>x<U+001B>[2Jä<U+200B>" #   <U+0007>
      |                    ^^^^^^^^
      |
      = hint: correct the indentation, quotes or brackets here or just above
    "#);
    let styled = all(yaml, &Renderer::styled());
    assert!(styled.contains('\u{1b}'), "styled");
    let ours = styled.split('\u{1b}').skip(1).all(|rest| {
        rest.strip_prefix('[').is_some_and(|rest| {
            rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m')
        })
    });
    assert!(ours, "no sequence but colour: {styled:?}");
}

#[test]
fn long_lines_are_cut_and_the_longest_not_shown() {
    let renderer = Renderer::plain().term_width(60);
    let yaml = |many: usize| format!("contract: remit/v1\n{}: {{ x: 1 }}\n", "y".repeat(many));
    for many in [500, 5_000] {
        let text = all(&yaml(many), &renderer);
        let lines = text.lines().filter(|line| line.contains('|'));
        assert!(lines.clone().all(|line| line.chars().count() <= 80), "{many}: {text}");
    }
}

#[test]
fn programs_get_places_with_ends() {
    let unchecked = entry(Path::new("x"), problems("contract: remit/v2\n").last().unwrap());
    assert_eq!(
        (&unchecked["severity"], &unchecked["line"], &unchecked["file"]),
        (&"note".into(), &serde_json::Value::Null, &"x/policy.cedar".into())
    );
    let entries: Vec<_> = of_document("contract: remit/v2\n")
        .iter()
        .rev()
        .take(2)
        .map(|it| entry(Path::new("x"), it))
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&entries).unwrap(), @r#"
    [
      {
        "severity": "error",
        "file": "x/contract.yaml",
        "line": 1,
        "column": 11,
        "end_line": 1,
        "end_column": 19,
        "message": "form `remit/v2` is not known",
        "remedy": "write `contract: remit/v1`"
      },
      {
        "severity": "error",
        "file": "x/contract.yaml",
        "line": 1,
        "column": 1,
        "end_line": null,
        "end_column": null,
        "message": "the contract lacks `version`",
        "remedy": "add `version: …`"
      }
    ]
    "#);
}
