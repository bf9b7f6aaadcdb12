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
    /// The context is production, and nobody said that it is meant.
    Guarded,
}

impl Exit {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 6] =
        [Self::Ok, Self::No, Self::Usage, Self::Unreachable, Self::Refused, Self::Guarded];

    /// The process exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Refused => 4,
            Self::Guarded => 5,
        }
    }

    /// What it means, as the help says it.
    const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done",
            Self::No => {
                "no: not found, broken chain or approval, changed since it was reviewed, not all undone"
            }
            Self::Usage => "the command line or the context file is wrong",
            Self::Unreachable => "the control plane cannot be reached or does not know the token",
            Self::Refused => "the control plane refused; the message shows the reason code",
            Self::Guarded => "the context is production: nothing was sent, it takes `--write REASON`",
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

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_documentation_has_the_same_table() {
        let text = include_str!("../../../docs/command-line.md");
        for exit in Exit::ALL {
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(text.contains(&row), "{row}");
        }
    }
}
