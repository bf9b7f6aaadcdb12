//! What the hostile tool does with one call. The call says it itself, so that no two calls mix up theirs.

/// One way to treat a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Trick {
    /// Does it and answers.
    Honest,
    /// The same, after a while that is within the client's patience.
    Slow,
    /// Does nothing and says so, for good.
    Refuses,
    /// Does nothing and answers 500.
    FailsBefore,
    /// Does it and answers 500.
    FailsAfter,
    /// Does nothing and cuts the connection.
    DropsBefore,
    /// Does it and cuts the connection.
    DropsAfter,
    /// Does it at once, and answers when the client has given up.
    Late,
    /// Does it when the client has given up.
    CommitsLate,
    /// Does it and answers with what is no JSON and no text.
    Garbage,
    /// Does it and answers with the first half of the JSON, as if that were all.
    Truncated,
    /// Does it and breaks off in the middle of the answer.
    BreaksOff,
    /// Does it and answers with 200 MB of JSON.
    Huge,
}

impl Trick {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Honest,
        Self::Slow,
        Self::Refuses,
        Self::FailsBefore,
        Self::FailsAfter,
        Self::DropsBefore,
        Self::DropsAfter,
        Self::Late,
        Self::CommitsLate,
        Self::Garbage,
        Self::Truncated,
        Self::BreaksOff,
        Self::Huge,
    ];

    /// As a call names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Slow => "slow",
            Self::Refuses => "refuses",
            Self::FailsBefore => "fails-before",
            Self::FailsAfter => "fails-after",
            Self::DropsBefore => "drops-before",
            Self::DropsAfter => "drops-after",
            Self::Late => "late",
            Self::CommitsLate => "commits-late",
            Self::Garbage => "garbage",
            Self::Truncated => "truncated",
            Self::BreaksOff => "breaks-off",
            Self::Huge => "huge",
        }
    }

    /// How the n-th arrival of a call is treated, which names its tricks in order; honestly after the last.
    pub(super) fn nth(named: &str, nth: usize) -> Self {
        let Some(name) = named.split('.').nth(nth) else { return Self::Honest };
        let known = Self::ALL.into_iter().find(|trick| trick.name() == name);
        known.unwrap_or_else(|| panic!("there is no trick `{name}`"))
    }
}
