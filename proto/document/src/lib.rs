//! The display document: all that a person who approves an action is shown, as one function of what the control plane
//! knows of it. The control plane makes it, the console makes it from what it has drawn, and an approval is signed
//! over its digest: what is shown is what is signed.
//!
//! It has no votes, so that the second person is not led by the first one's reason, and no ages, which grow.

use remit_proto::v1::{ActionDetail, Assertion, Escalation, EvidenceItem, Finding};
use sha2::{Digest as _, Sha256};

/// One statement of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is about.
    pub label: &'static str,
    /// What it says: words of the control plane around texts of others, as they are.
    pub text: String,
    /// True where what it is about cannot be shown whole: the text then says why.
    pub opaque: bool,
}

/// All that is shown of a held action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document(Vec<Part>);

impl Document {
    /// What is shown of an action that people are or were asked about; nothing of any other.
    #[must_use]
    pub fn of(detail: &ActionDetail) -> Option<Self> {
        let (action, asked) = (detail.action.as_ref()?, detail.escalation.as_ref()?);
        let mut parts = vec![
            line("WHAT", format!("{} runs", asked.tool)),
            content("PARAMS", &asked.params_json, &action.params_digest, "the parameters"),
            line(
                "WHO",
                format!("{} in run {}, asked {}", asked.service, asked.run, time(asked.asked_at.as_ref())),
            ),
            line("TERMS", format!("contract {} {}", detail.contract_version, detail.contract_digest)),
        ];
        parts.extend(question(asked));
        parts.extend(prompt(detail));
        parts.push(line("UNDO", detail.undo.clone()));
        let findings = detail.decision.iter().flat_map(|decision| &decision.findings);
        parts.extend(findings.map(finding));
        parts.extend(detail.evidence.iter().flat_map(evidence));
        parts.extend(detail.assertions.iter().flat_map(said));
        Some(Self(parts))
    }

    /// Its statements, in the order in which they are shown.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// What cannot be shown whole, in words; approving then takes one person more.
    pub fn opaque(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|part| part.opaque).map(|part| part.text.as_str())
    }

    /// SHA-256 in lower-case hexadecimal: each label and text with its length, so that no two documents are alike.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut put = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        put(b"remit/display/v1");
        for Part { label, text, opaque } in &self.0 {
            put(label.as_bytes());
            put(text.as_bytes());
            put(&[u8::from(*opaque)]);
        }
        hex::encode(hash.finalize())
    }
}

const fn line(label: &'static str, text: String) -> Part {
    Part { label, text, opaque: false }
}

/// A moment as it is written: RFC 3339, in UTC.
fn time(at: Option<&impl std::fmt::Display>) -> String {
    at.map_or_else(|| "at a time that is not known".to_owned(), ToString::to_string)
}

/// A text of others, or that it is not there.
fn content(label: &'static str, text: &str, digest: &str, what: &str) -> Part {
    if text.is_empty() && !digest.is_empty() {
        let text = format!("not inspectable: {what} of sha256 {digest} cannot be shown here");
        return Part { label, text, opaque: true };
    }
    line(label, text.to_owned())
}

/// Who is asked, why, and until when.
fn question(asked: &Escalation) -> Vec<Part> {
    let mut parts: Vec<Part> = asked.because.iter().map(|because| line("WHY", because.clone())).collect();
    let (groups, rules) = (asked.groups.join(", "), asked.rules.join(", "));
    parts.push(line("MAY", format!("{groups}; {} must approve; asked by {rules}", asked.quorum)));
    parts.push(line("UNTIL", format!("{}, then nothing runs", time(asked.deadline.as_ref()))));
    if !asked.replaces.is_empty() {
        parts.push(line("AGAIN", format!("it was approved as {}, which is void", asked.replaces)));
    }
    parts.extend(
        asked
            .moved
            .iter()
            .map(|it| line("MOVED", format!("{} {} {} {}", it.item, it.pointer, it.was_json, it.is_json))),
    );
    parts
}

/// What a model call would send.
fn prompt(detail: &ActionDetail) -> Option<Part> {
    let of_model = detail.action.as_ref().is_some_and(|action| action.channel == "model");
    if detail.prompt.is_empty() && of_model {
        let text =
            "not here: it is shown once the same call comes again; until then, only deny it".to_owned();
        return Some(Part { label: "PROMPT", text, opaque: true });
    }
    (!detail.prompt.is_empty()).then(|| line("PROMPT", detail.prompt.clone()))
}

fn finding(finding: &Finding) -> Part {
    let clause = finding.clause().as_str_name().trim_start_matches("CLAUSE_").to_lowercase();
    let outcome = finding.outcome().as_str_name().trim_start_matches("OUTCOME_").to_lowercase();
    line("CLAUSE", format!("{clause} {outcome} {}", finding.detail))
}

fn evidence(item: &EvidenceItem) -> [Part; 2] {
    let EvidenceItem { item: name, source, digest, .. } = item;
    let seen = time(item.observed_at.as_ref());
    [
        line("EVIDENCE", format!("{name} from {source} seen {seen} sha256 {digest}")),
        content("CONTENT", &item.content_json, digest, &format!("the evidence `{name}`")),
    ]
}

fn said(said: &Assertion) -> [Part; 2] {
    let Assertion { item, source_uri, sha256, content_json } = said;
    [
        line("SAID", format!("{item} from {source_uri} sha256 {sha256}")),
        content("CONTENT", content_json, sha256, &format!("what the service says of `{item}`")),
    ]
}

#[cfg(test)]
mod tests;
