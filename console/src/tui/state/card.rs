//! Cards: the only way from a key to a command, each bound to one thing in one version.

use remit_proto::v1::{ActionDetail, Alert, Escalation, Level, RollbackPlan, Switch};
use tui_input::{Input, InputRequest};

use super::facts::Blast;
use crate::tui::hit::{Object, Read};
use crate::tui::keys::Key;
use crate::tui::when;

/// A card stays deaf for this long after it was first painted.
pub const ARMING_MS: u64 = 300;
/// Two equal keys closer than this are a held key, not two decisions.
pub const REPEAT_MS: u64 = 80;
/// Letting go of a switch needs at least this much of a reason.
pub const RELEASE_REASON: usize = 10;
/// Characters that a field takes.
const FIELD_LIMIT: usize = 500;

/// One line of the act menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: char,
    /// What it opens.
    pub opens: Opens,
    /// Why it cannot be opened, when it cannot.
    pub refused: Option<String>,
}

/// What a menu line leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    /// A card that sets a ceiling.
    Ceiling(String, Level),
    /// A card that lifts a switch.
    Release(Box<Switch>),
    /// A card that says why a switch is set.
    Explain(Box<Switch>),
    /// A plan for undoing a run, then its card.
    Rollback(String),
    /// A card that denies every question of a group.
    DenyAlike(String),
}

/// What a card asks the operator.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Which act.
    Menu {
        /// What it is about; none is everything.
        about: Option<Object>,
        /// The choices.
        entries: Vec<Entry>,
    },
    /// To set a ceiling.
    Ceiling {
        /// Where.
        scope: String,
        /// How low.
        level: Level,
        /// What it would hold, as printed on the card.
        blast: Blast,
        /// Confirmed by `y` alone: safe mode on one service, the mildest act.
        by_key: bool,
    },
    /// To lift a switch.
    Release(Box<Switch>),
    /// To say why a switch is set.
    Explain(Box<Switch>),
    /// To answer an escalation.
    Answer {
        /// It, as it was when the card opened.
        escalation: Box<Escalation>,
        /// Yes or no.
        approve: bool,
        /// Digest of the display document that was read; empty for a denial.
        shown: String,
        /// How many of its parts cannot be shown.
        opaque: usize,
        /// The last approvals of this operator were hasty: one thing more is asked.
        hasty: bool,
    },
    /// To deny questions that are alike.
    DenyAlike {
        /// The group.
        group: String,
        /// Those that waited when the card opened.
        members: Vec<Escalation>,
    },
    /// To hand an escalation to somebody.
    HandOver(Box<Escalation>),
    /// To say that one looks at an alert.
    Acknowledge(Box<Alert>),
    /// To undo a run.
    Rollback(Box<RollbackPlan>),
    /// To say what became of an action in doubt.
    Resolve {
        /// It, as it was when the card opened.
        doubt: Box<ActionDetail>,
        /// That it happened, or that it did not.
        happened: bool,
    },
}

/// What a field must hold before the card can be submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Exactly this, which is printed on the card.
    Exactly(String),
    /// A reason with at least so many characters.
    Reason(usize),
    /// Anything.
    Anything,
    /// A span such as `30m`, or nothing.
    Span,
    /// One of two words, which `m` changes; no text is typed.
    Mode,
}

/// What happens to what is in flight: it may come to its end.
const FINISH: &str = "finish";
/// It is cut off.
const CANCEL: &str = "cancel";

/// A text field of a card.
#[derive(Clone, Debug)]
pub struct Field {
    /// What to type.
    pub label: String,
    /// What was typed.
    pub input: Input,
    /// What is accepted.
    pub want: Want,
}

impl Field {
    fn new(label: impl Into<String>, want: Want) -> Self {
        let input = if want == Want::Mode { FINISH.into() } else { Input::default() };
        Self { label: label.into(), input, want }
    }

    /// Whether it chooses a word instead of taking text.
    #[must_use]
    pub fn is_mode(&self) -> bool {
        self.want == Want::Mode
    }

    /// Why the field cannot be submitted, if it cannot.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        let typed = self.input.value().trim();
        match &self.want {
            Want::Exactly(wanted) if typed.is_empty() => Some(format!("type `{wanted}` first")),
            Want::Exactly(wanted) if typed != wanted => Some(format!("that is not `{wanted}`")),
            Want::Reason(least) if typed.chars().count() < *least => Some(format!(
                "a reason of at least {least} character{} is needed",
                if *least == 1 { "" } else { "s" }
            )),
            Want::Span if !typed.is_empty() && when::span_ms(typed).is_none() => {
                Some("a span is for instance 30m, 4h or 1d".to_owned())
            }
            Want::Exactly(_) | Want::Reason(_) | Want::Anything | Want::Span | Want::Mode => None,
        }
    }
}

/// An open card.
#[derive(Clone, Debug)]
pub struct Card {
    /// Which one; frames refer to it.
    pub id: u64,
    /// What it asks.
    pub ask: Ask,
    /// Its text fields.
    pub fields: Vec<Field>,
    /// The field that takes the letters.
    pub focus: usize,
    /// When it first was on the terminal.
    pub painted_tick_ms: Option<u64>,
    /// Whether the last frame showed every line of it.
    pub complete: bool,
    /// How much of its scrollable part was on the terminal.
    pub read: Read,
    /// The document key of that part, once painted.
    pub read_key: Option<String>,
    /// First line of that part on screen.
    pub scroll: usize,
    /// Keys thrown away because they came too early.
    pub dropped: u32,
    /// What the card says about the last attempt.
    pub said: Option<String>,
    /// Why the card can do nothing any more.
    pub void: Option<String>,
    /// The last key and when it came.
    pub last: Option<(Key, u64)>,
}

impl Card {
    /// A card that was not painted yet.
    #[must_use]
    pub fn new(id: u64, ask: Ask) -> Self {
        Self {
            id,
            fields: fields(&ask),
            ask,
            focus: 0,
            painted_tick_ms: None,
            complete: false,
            read: Read::default(),
            read_key: None,
            scroll: 0,
            dropped: 0,
            said: None,
            void: None,
            last: None,
        }
    }

    /// Whether keys count yet. A menu only opens other cards, so it needs no pause after it was painted.
    #[must_use]
    pub fn is_armed(&self, tick_ms: u64) -> bool {
        let pause = if matches!(self.ask, Ask::Menu { .. }) { 0 } else { ARMING_MS };
        self.painted_tick_ms.is_some_and(|painted| painted.saturating_add(pause) <= tick_ms)
    }

    /// When the card becomes live, if that is still to come.
    #[must_use]
    pub fn arms_at(&self, tick_ms: u64) -> Option<u64> {
        self.painted_tick_ms.map(|painted| painted.saturating_add(ARMING_MS)).filter(|at| tick_ms < *at)
    }

    /// Whether `key` now is the same key still held down.
    #[must_use]
    pub fn is_repeat(&self, key: Key, tick_ms: u64) -> bool {
        self.last.is_some_and(|(last, at)| last == key && tick_ms.saturating_sub(at) < REPEAT_MS)
    }

    /// Why the scrollable part was not read to its end, when it was not.
    #[must_use]
    pub fn unread(&self) -> Option<String> {
        let key = self.read_key.as_deref()?;
        let (seen, total) = self.read.progress(key)?;
        (seen < total).then(|| format!("read on with PgDn: {seen} of {total} lines were shown"))
    }

    /// The first line of the scrollable part that was not on the terminal yet; a few lines on where all were.
    #[must_use]
    pub fn next_part(&self) -> usize {
        let unread = self.read_key.as_deref().and_then(|key| self.read.unread(key));
        unread.unwrap_or_else(|| self.scroll.saturating_add(5))
    }

    /// The text in field `index`, trimmed.
    #[must_use]
    pub fn text(&self, index: usize) -> &str {
        self.fields.get(index).map_or("", |field| field.input.value().trim())
    }

    /// Types into the focused field. Control characters become spaces: a field is one line.
    pub fn insert(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.focus).filter(|field| !field.is_mode()) {
            type_into(&mut field.input, text);
        }
    }

    /// Edits the focused field.
    pub fn edit(&mut self, request: InputRequest) {
        let Some(field) = self.fields.get_mut(self.focus) else { return };
        if !field.is_mode() {
            field.input.handle(request);
        } else if matches!(request, InputRequest::InsertChar('m')) {
            let next = if field.input.value() == FINISH { CANCEL } else { FINISH };
            field.input = next.into();
        }
    }

    /// Whether what is in flight is to be cut off.
    #[must_use]
    pub fn cancels(&self) -> bool {
        self.fields.iter().any(|field| field.is_mode() && field.input.value() == CANCEL)
    }
}

/// Types `text` into `input`, one line, bounded.
pub fn type_into(input: &mut Input, text: &str) {
    for c in text.chars() {
        if input.value().chars().count() < FIELD_LIMIT {
            input.handle(InputRequest::InsertChar(if c.is_control() { ' ' } else { c }));
        }
    }
}

fn fields(ask: &Ask) -> Vec<Field> {
    match ask {
        Ask::Menu { .. } | Ask::Ceiling { by_key: true, .. } => Vec::new(),
        Ask::Ceiling { blast, by_key: false, .. } => vec![
            Field::new("type the number of open runs", Want::Exactly(blast.open_runs.to_string())),
            Field::new("reason (may follow within 10 minutes)", Want::Anything),
            Field::new("in flight", Want::Mode),
        ],
        Ask::Explain(_) => vec![
            Field::new("reason", Want::Reason(1)),
            Field::new("looked at again in, for instance 30m or 4h (optional)", Want::Span),
        ],
        Ask::Release(switch) => vec![
            Field::new("reason, 10 characters or more", Want::Reason(RELEASE_REASON)),
            Field::new("type the scope's name", Want::Exactly(switch.scope.clone())),
        ],
        Ask::Answer { escalation, approve: true, opaque, hasty, .. } => {
            let digest = Want::Exactly(tail(&escalation.digest));
            let mut fields = vec![
                Field::new("reason", Want::Reason(1)),
                Field::new("type the last 4 characters of the digest", digest),
            ];
            if 0 < *opaque {
                let label = format!("{opaque} part(s) cannot be shown; type `not inspectable`");
                fields.push(Field::new(label, Want::Exactly("not inspectable".to_owned())));
            }
            if *hasty {
                let label = "ten approvals took under 3 s each: type the name of the tool";
                fields.push(Field::new(label, Want::Exactly(escalation.tool.clone())));
            }
            fields
        }
        Ask::Answer { approve: false, .. } => vec![Field::new("reason", Want::Reason(1))],
        Ask::DenyAlike { members, .. } => vec![
            Field::new("type the number of questions", Want::Exactly(members.len().to_string())),
            Field::new("reason", Want::Reason(1)),
        ],
        Ask::Acknowledge(_) => vec![Field::new("what you do about it", Want::Reason(1))],
        Ask::HandOver(_) => vec![
            Field::new("to whom, by name", Want::Reason(1)),
            Field::new("what they should know (optional)", Want::Anything),
        ],
        Ask::Rollback(plan) => vec![
            Field::new(
                "type the number of steps to compensate",
                Want::Exactly(compensations(plan).to_string()),
            ),
            Field::new("reason", Want::Reason(1)),
        ],
        Ask::Resolve { doubt, happened } => {
            let id = doubt.action.as_ref().map_or("", |action| action.id.as_str());
            let answer = "what the tool answered, as JSON, where undoing needs it (optional)";
            let asked = [
                Some(Field::new("reason: how you know", Want::Reason(1))),
                Some(Field::new("type the last 4 characters of the action", Want::Exactly(tail(id)))),
                happened.then(|| Field::new(answer, Want::Anything)),
            ];
            asked.into_iter().flatten().collect()
        }
    }
}

/// The last four characters of a digest or an id.
#[must_use]
pub fn tail(digest: &str) -> String {
    let skip = digest.chars().count().saturating_sub(4);
    digest.chars().skip(skip).collect()
}

/// Steps of the plan that would run a compensation.
#[must_use]
pub fn compensations(plan: &RollbackPlan) -> usize {
    use remit_proto::v1::rollback_step::Kind;
    plan.steps.iter().filter(|step| step.kind() == Kind::Compensate).count()
}
