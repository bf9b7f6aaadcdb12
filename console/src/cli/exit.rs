//! What the process says when it ends: one number a script can branch on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It did what was asked.
    Ok,
    /// The answer is no.
    No,
    /// It was asked wrongly.
    Usage,
    /// Nobody who could answer was reached.
    Unreachable,
    /// The control plane refused.
    Refused,
}

impl Exit {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 5] = [Self::Ok, Self::No, Self::Usage, Self::Unreachable, Self::Refused];

    /// The process exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Refused => 4,
        }
    }

    /// What it means, as the help says it.
    const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done",
            Self::No => "no: not found, broken chain, changed since it was reviewed, not all undone",
            Self::Usage => "the command line or the context file is wrong",
            Self::Unreachable => "the control plane cannot be reached or does not know the token",
            Self::Refused => "the control plane refused; the message shows the reason code",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table of exit codes, for the end of the top-level help.
#[must_use]
pub fn help() -> String {
    let mut text = "Exit codes:".to_owned();
    for exit in Exit::ALL {
        text.push_str(&format!("\n  {}  {}", exit.code(), exit.meaning()));
    }
    text
}
