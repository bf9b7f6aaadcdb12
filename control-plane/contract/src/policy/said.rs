//! What Cedar's validator says, for people who do not know its schema.

use cedar_policy::{ValidationError, ValidationWarning};
use miette::Diagnostic;

/// Beside a comparison across types.
const TYPES: &str = "compare text with text and whole numbers with whole numbers; what the tool's input leaves open is \
                     `Untyped` and compares with nothing";

/// Beside what Cedar has no help for.
const OTHERWISE: &str = "correct the policy";

/// One finding.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) words: String,
    pub(super) remedy: String,
    /// Where it begins in the policy's source, and how long it is, in bytes.
    pub(super) about: (usize, usize),
    /// It is about an attribute that may be absent.
    pub(super) optional: bool,
    /// It is about the whole condition.
    pub(super) is_of_all: bool,
}

impl Said {
    pub(super) fn error(error: &ValidationError) -> Self {
        let said = Self::of(error);
        let across = matches!(error, ValidationError::IncompatibleTypes(_))
            || matches!(error, ValidationError::UnexpectedType(_)) && said.remedy == OTHERWISE;
        let remedy = if across { TYPES.to_owned() } else { said.remedy };
        let optional = matches!(error, ValidationError::UnsafeOptionalAttributeAccess(_));
        Self { remedy, optional, ..said }
    }

    /// Cedar only warns of these; here a rule that can never apply is one that somebody relies on.
    pub(super) fn warning(warning: &ValidationWarning) -> Self {
        let said = Self::of(warning);
        if !matches!(warning, ValidationWarning::ImpossiblePolicy(_)) {
            return said;
        }
        Self {
            words: "it can never apply: its condition is false for every call".to_owned(),
            remedy: "correct the condition, or remove it".to_owned(),
            is_of_all: true,
            ..said
        }
    }

    fn of(said: &dyn Diagnostic) -> Self {
        let words = said.to_string();
        // The policy is named in front of it, as we call it.
        let words = words
            .strip_prefix("for policy `")
            .and_then(|rest| rest.split_once('`'))
            .map_or(words.as_str(), |(_, words)| words.trim_start_matches([',', ':', ' ']));
        let label = said.labels().and_then(|mut labels| labels.next());
        Self {
            words: words.to_owned(),
            remedy: said.help().map_or_else(|| OTHERWISE.to_owned(), |help| help.to_string()),
            about: label.map_or((0, 0), |label| (label.offset(), label.len())),
            optional: false,
            is_of_all: false,
        }
    }
}
