//! A session in lines: what is typed leads to the same cards as keys do, and each card asks the same in its order.

use super::super::clock::Now;
use super::super::event::{Effect, Event, Fetch};
use super::super::keymap::Verb;
use super::super::keys::{Key, Press};
use super::super::linear;
use super::super::state::card::Ask;
use super::super::state::nav::Page;
use super::super::state::{Focus, State};
use super::super::theme::Theme;
use super::super::update::update;
use super::known::Known;
use super::typed::{self, Typed};

/// How long a page is waited for.
const PATIENCE_MS: u64 = 10_000;

/// What a session has to say and to do after something has happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Lines, in their order; anything may be in them.
    pub(super) lines: Vec<String>,
    /// What is to be done.
    pub(super) effects: Vec<Effect>,
}

/// A page that is read once it is there, and what is opened on it then.
#[derive(Debug)]
struct Wanted {
    then: Option<Verb>,
    since_tick_ms: u64,
    is_fresh: bool,
}

/// The card that is open, and the field that a line is for; none while it is not live.
#[derive(Debug)]
struct Asked {
    card: u64,
    field: Option<usize>,
    is_void: bool,
}

/// The whole session.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) state: State,
    theme: Theme,
    known: Known,
    wanted: Option<Wanted>,
    asked: Option<Asked>,
}

impl Reader {
    pub(super) fn new(state: State, theme: Theme) -> Self {
        Self { state, theme, known: Known::default(), wanted: None, asked: None }
    }

    /// Something happened.
    pub(super) fn event(&mut self, event: Event, now: Now) -> Said {
        let answered = self.question().is_some_and(|question| answers(&event, &question));
        if let Some(wanted) = self.wanted.as_mut().filter(|_| answered) {
            wanted.is_fresh = true;
        }
        let mut said = Said::default();
        self.reduce(event, now, &mut said);
        self.follow_up(now, &mut said);
        said
    }

    /// Somebody gave a line.
    pub(super) fn line(&mut self, text: &str, now: Now) -> Said {
        let mut said = Said::default();
        let text = text.trim();
        if self.asked.is_some() {
            self.answer(text, now, &mut said);
        } else {
            self.command(text, now, &mut said);
        }
        self.follow_up(now, &mut said);
        said
    }

    fn reduce(&mut self, event: Event, now: Now, said: &mut Said) {
        said.effects.extend(update(&mut self.state, event, now));
    }

    /// Reads the page, or the card over it; all of it counts as shown from here on.
    fn read(&mut self, now: Now, said: &mut Said) {
        let (lines, hits) = linear::lines(&self.state, &self.theme, now);
        said.lines.extend(lines);
        self.reduce(Event::Painted(hits), now, said);
    }

    fn press(&mut self, key: Key, now: Now, said: &mut Said) {
        self.reduce(Event::Key(Press { key, repeat: false }), now, said);
    }

    fn verb(&mut self, verb: Verb, now: Now, said: &mut Said) {
        if let Some(key) = self.state.keymap.key_of(verb, self.state.nav.page()) {
            self.press(key, now, said);
        }
    }

    /// A line of the console's own command line.
    fn give(&mut self, line: &str, now: Now, said: &mut Said) {
        self.verb(Verb::CommandLine, now, said);
        self.reduce(Event::Paste(line.to_owned()), now, said);
        self.press(Key::Enter, now, said);
        // A filter that cannot be read stays in its field on a screen; here there is none.
        if let Focus::Prompt(prompt) = &self.state.focus {
            said.lines.extend(prompt.problem.iter().map(|problem| problem.words.clone()));
            self.press(Key::Esc, now, said);
        }
    }

    fn command(&mut self, text: &str, now: Now, said: &mut Said) {
        match typed::read(&self.state, text) {
            Typed::Nothing => {}
            Typed::Say(lines) => said.lines.extend(lines),
            Typed::List(what) => said.lines.extend(typed::list(&self.state, what, now)),
            Typed::Page => self.want(None, now),
            Typed::Go(place, then) => {
                self.give(&format!("go {place}"), now, said);
                self.want(then, now);
                // Asked anew: what is known of the page may be older than the line.
                self.reduce(Event::Tick, now, said);
            }
            Typed::Retry => self.verb(Verb::Retry, now, said),
            Typed::Line => self.give(text, now, said),
        }
    }

    fn want(&mut self, then: Option<Verb>, now: Now) {
        self.state.details.asked.clear();
        // How somebody has decided lately may make a card ask for more: it is known before one opens.
        self.state.details.attention = None;
        self.wanted = Some(Wanted { then, since_tick_ms: now.tick_ms, is_fresh: false });
    }

    /// What the page on screen asks the server before it can be read.
    fn question(&self) -> Option<Fetch> {
        Some(match self.state.nav.page() {
            Page::Overview | Page::Queue | Page::Trace | Page::Switches | Page::Alerts | Page::Alike(_) => {
                return None;
            }
            Page::Service(name) => Fetch::Runs(name.clone()),
            Page::Run(id) => Fetch::Run(id.clone()),
            Page::Action(id) => Fetch::Action(id.clone()),
            Page::Decision(id) => Fetch::Action(self.state.escalation(id)?.action.clone()),
            Page::Rollback(id) => Fetch::Rollback(id.clone()),
            Page::Parked => Fetch::Parked,
            Page::Contracts => Fetch::Versions,
            Page::Version(name) => Fetch::Version(name.clone()),
            Page::Cost => Fetch::Cost,
            Page::Audit => Fetch::Audit(self.state.filter()),
        })
    }

    /// Tells what has changed, reads what was waited for, and asks what a card asks.
    fn follow_up(&mut self, now: Now, said: &mut Said) {
        said.lines.extend(self.known.changes(&self.state, now));
        self.arrived(now, said);
        said.lines.extend(self.known.changes(&self.state, now));
        self.card(now, said);
    }

    fn arrived(&mut self, now: Now, said: &mut Said) {
        let Some(wanted) = &self.wanted else { return };
        let details = &self.state.details;
        let is_counted = details.attention.is_some() || details.failed.contains_key(&Fetch::Attention);
        let decides = matches!(self.state.nav.page(), Page::Decision(_));
        let is_there = self.state.picture.is_some()
            && (wanted.is_fresh || self.question().is_none())
            && (is_counted || !decides);
        if !is_there {
            if PATIENCE_MS <= now.tick_ms.saturating_sub(wanted.since_tick_ms) {
                said.lines.push("no answer yet; `retry` connects again, `page` asks again".to_owned());
                self.wanted = None;
            }
            return;
        }
        let then = wanted.then;
        self.wanted = None;
        said.lines.extend(self.state.details.failed.values().map(|why| format!("not all is known: {why}")));
        self.read(now, said);
        if let Some(verb) = then {
            self.verb(verb, now, said);
        }
    }

    /// Reads a card that has opened, and asks for its first field once it is live.
    fn card(&mut self, now: Now, said: &mut Said) {
        let Some(card) = self.state.card() else {
            self.asked = None;
            return;
        };
        let (id, is_void) = (card.id, card.void.is_some());
        if self.asked.as_ref().is_none_or(|asked| asked.card != id) {
            self.asked = Some(Asked { card: id, field: None, is_void: false });
        }
        // What goes again is part of what is asked.
        if card.painted_tick_ms.is_none() && !self.waits_for_preview() {
            self.read(now, said);
        }
        let live = self.state.card().is_some_and(|card| card.is_armed(now.tick_ms));
        let Some(asked) = self.asked.as_mut() else { return };
        if is_void && !std::mem::replace(&mut asked.is_void, true) {
            let why = self.state.card().and_then(|card| card.void.clone()).unwrap_or_default();
            said.lines.push(format!("{why}; any line leaves"));
        } else if !is_void && live && asked.field.is_none() {
            asked.field = Some(0);
            self.ask(0, said);
        }
    }

    fn waits_for_preview(&self) -> bool {
        let Some(Ask::Release(switch)) = self.state.card().map(|card| &card.ask) else { return false };
        self.state.preview_of(&switch.id).is_none() && self.state.preview_failed(&switch.id).is_none()
    }

    /// Asks for one field of the open card.
    fn ask(&self, at: usize, said: &mut Said) {
        let Some(card) = self.state.card() else { return };
        said.lines.push(match card.fields.get(at) {
            None => "type `y` to confirm; any other line leaves, and nothing is done".to_owned(),
            Some(field) if field.is_mode() => {
                format!("{}: an empty line lets it finish, `cancel` cuts it off; `back` leaves", field.label)
            }
            Some(field) => format!("{}; `back` leaves", field.label),
        });
    }

    /// A line for the open card. The last field's line submits it, as Enter does on a screen.
    fn answer(&mut self, text: &str, now: Now, said: &mut Said) {
        let Some(card) = self.state.card() else { return };
        let (fields, is_void) = (card.fields.len(), card.void.is_some());
        if is_void || text == "back" {
            return self.leave(now, said);
        }
        let Some(at) = self.asked.as_ref().and_then(|asked| asked.field) else {
            said.lines
                .push("thrown away: that was typed before the card was read; nothing is done".to_owned());
            return;
        };
        let Some(field) = card.fields.get(at) else {
            if text != "y" {
                return self.leave(now, said);
            }
            return self.confirm(Key::Char('y'), now, said);
        };
        if field.is_mode() {
            if !["", "finish", "cancel"].contains(&text) {
                return self.ask(at, said);
            }
            if (text == "cancel") != card.cancels() {
                self.press(Key::Char('m'), now, said);
            }
        } else {
            self.press(Key::End, now, said);
            self.press(Key::Ctrl('u'), now, said);
            self.reduce(Event::Paste(text.to_owned()), now, said);
            let field = self.state.card().and_then(|card| card.fields.get(at));
            if let Some(why) = field.and_then(|field| field.complaint()) {
                said.lines.push(why);
                return self.ask(at, said);
            }
        }
        let next = at.saturating_add(1);
        if next == fields {
            return self.confirm(Key::Enter, now, said);
        }
        self.press(Key::Tab, now, said);
        if let Some(asked) = &mut self.asked {
            asked.field = Some(next);
        }
        self.ask(next, said);
    }

    /// Confirms; what stands in the way is said, and the card is read again as it is now.
    fn confirm(&mut self, key: Key, now: Now, said: &mut Said) {
        self.press(key, now, said);
        let Some(card) = self.state.card() else { return };
        let (why, at) = (card.said.clone(), card.focus);
        self.read(now, said);
        said.lines.extend(why);
        if let Some(asked) = &mut self.asked {
            asked.field = Some(at);
        }
        self.ask(at, said);
    }

    fn leave(&mut self, now: Now, said: &mut Said) {
        self.press(Key::Esc, now, said);
        said.lines.push("left; nothing is done".to_owned());
    }
}

/// Whether this is what was asked, and not the late answer to a question of the same kind.
fn answers(event: &Event, question: &Fetch) -> bool {
    if let Event::FetchFailed { fetch, .. } = event {
        return fetch == question;
    }
    let Event::Fetched(fetched) = event else { return false };
    fetched.answers(question)
}
