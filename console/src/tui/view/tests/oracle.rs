//! Hostile strings everywhere, through the real backend, read back by a terminal parser: only harmless output passes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{TerminalOptions, Viewport};
use remit_proto::v1::{
    ActionDetail, Escalation, ReleaseRequest, RunDetail, SetSwitchResponse, StateSnapshot, Statement,
    TraceBatch,
};
use unicode_general_category::{GeneralCategory, get_general_category};

use crate::tui::event::{Answer, Effect, Event, Fetched};
use crate::tui::fixture::{self, Desk};
use crate::tui::keepsake::clipboard;
use crate::tui::keys::Key;
use crate::tui::linear;
use crate::tui::state::contained::Contained;
use crate::tui::theme::Theme;
use crate::tui::update::title;
use crate::tui::view::view;

/// Refuses every sequence that a frame has no use for; what goes to the clipboard or the title is kept to be looked at.
#[derive(Default)]
struct Oracle {
    complaints: Vec<String>,
    copied: Vec<String>,
    titles: Vec<String>,
}

impl vte::Perform for Oracle {
    fn print(&mut self, c: char) {
        let hidden = matches!(
            get_general_category(c),
            GeneralCategory::Format
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::Control
        );
        if hidden {
            self.complaints.push(format!("printed U+{:04X}", u32::from(c)));
        }
    }

    fn execute(&mut self, byte: u8) {
        self.complaints.push(format!("control {byte:#04x}"));
    }

    fn csi_dispatch(&mut self, params: &vte::Params, intermediates: &[u8], _: bool, action: char) {
        let first = params.iter().next().and_then(|p| p.first()).copied();
        let known = match (intermediates, action) {
            ([], 'H') => true,
            ([], 'm') => !hides(params),
            ([b'?'], 'h' | 'l') => matches!(first, Some(25 | 2026)),
            _ => false,
        };
        if !known {
            self.complaints.push(format!("CSI {intermediates:?} {first:?} {action}"));
        }
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], bell: bool) {
        let copied = match params {
            [b"52", b"c", text] if bell => {
                STANDARD.decode(text).ok().and_then(|it| String::from_utf8(it).ok())
            }
            _ => None,
        };
        match (copied, params) {
            (Some(text), _) => self.copied.push(text),
            (None, [b"0", words]) if words.is_ascii() => {
                self.titles.push(String::from_utf8_lossy(words).into_owned());
            }
            (None, _) => self.complaints.push(format!("OSC {params:?}")),
        }
    }

    fn hook(&mut self, _: &vte::Params, _: &[u8], _: bool, action: char) {
        self.complaints.push(format!("DCS {action}"));
    }

    fn esc_dispatch(&mut self, _: &[u8], _: bool, byte: u8) {
        self.complaints.push(format!("ESC {byte:#04x}"));
    }
}

/// Whether a style hides its text; the `8` of a palette colour is no style.
fn hides(params: &vte::Params) -> bool {
    let mut codes = params.iter().filter_map(|p| p.first().copied());
    while let Some(code) = codes.next() {
        match code {
            8 => return true,
            38 | 48 => {
                let numbers = if codes.next() == Some(5) { 1 } else { 3 };
                codes.by_ref().take(numbers).for_each(drop);
            }
            _ => {}
        }
    }
    false
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\u{1b}[2J",
        "\u{1b}]52;c;eA==\u{7}",
        "\u{9b}31m",
        "\u{90}q\u{9c}",
        "\r",
        "\n",
        "\u{8}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{e0041}",
        "\u{e000}",
        "\u{301}\u{302}\u{303}\u{304}\u{305}",
        "漢",
        "עב",
        "👩\u{200d}🚀",
        "ok",
        "\t",
        "\"",
        "{",
        "\\",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat()), any::<String>(),]
}

fn poison_ask(ask: &mut Escalation, text: &str) {
    ask.id = text.to_owned();
    ask.service = text.to_owned();
    ask.tool = text.to_owned();
    ask.because = vec![text.to_owned()];
    ask.groups = vec![text.to_owned()];
    ask.rules = vec![text.to_owned()];
    ask.params_json = text.to_owned();
}

fn poison_picture(text: &str) -> StateSnapshot {
    let mut picture = fixture::picture();
    for service in &mut picture.services {
        service.name.push_str(text);
        service.purpose = text.to_owned();
        service.owner = text.to_owned();
        service.contract_version = text.to_owned();
        service.last_reason = text.to_owned();
        for breaker in &mut service.breakers {
            breaker.tool = text.to_owned();
        }
        for clause in &mut service.clauses {
            (clause.note, clause.objected_reason) = (text.to_owned(), text.to_owned());
        }
        service.tripped = vec![text.to_owned()];
        if let Some(budget) = &mut service.budget {
            budget.currency = text.to_owned();
        }
    }
    for switch in &mut picture.switches {
        switch.scope.push_str(text);
        switch.by = text.to_owned();
        switch.reason = text.to_owned();
        switch.owner = text.to_owned();
        let first = ReleaseRequest { by: text.to_owned(), reason: text.to_owned(), until: None };
        switch.requested = Some(first);
    }
    picture.failed_domains = vec![text.to_owned()];
    poison_ask(&mut picture.pending[0], text);
    picture
}

fn poison_detail(text: &str) -> (ActionDetail, RunDetail) {
    let (mut detail, mut run) = (fixture::detail(), fixture::run());
    for item in &mut detail.evidence {
        item.item = text.to_owned();
        item.source = text.to_owned();
        item.digest = text.to_owned();
        item.content_json = text.to_owned();
    }
    for finding in detail.decision.iter_mut().flat_map(|d| &mut d.findings) {
        finding.detail = text.to_owned();
    }
    detail.undo = text.to_owned();
    detail.result_json = text.to_owned();
    detail.settlement_note = text.to_owned();
    detail.resolved = text.to_owned();
    detail.statements = vec![Statement {
        by: text.to_owned(),
        reason: text.to_owned(),
        result_json: text.to_owned(),
        ..Statement::default()
    }];
    if let Some(ask) = &mut detail.escalation {
        poison_ask(ask, text);
    }
    for action in &mut run.actions {
        action.tool = text.to_owned();
        action.reason = text.to_owned();
        action.params_json = text.to_owned();
    }
    (detail, run)
}

fn poisoned(text: &str) -> Desk {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.event(Event::Picture(poison_picture(text)));
    let (detail, run) = poison_detail(text);
    desk.event(Event::Fetched(Fetched::Action(Box::new(detail))));
    desk.event(Event::Fetched(Fetched::Run(Box::new(run))));
    poison_listed(&mut desk, text);
    let mut record = fixture::record(1, text);
    record.service = text.to_owned();
    record.params_json = text.to_owned();
    desk.event(Event::Trace(TraceBatch { records: vec![record], lost: 0, hidden: 0 }.into()));
    poison_contained(&mut desk, text);
    desk.state.say(desk.now.tick_ms, text);
    desk
}

/// What the last stop found in flight, and what goes again without the switch.
fn poison_contained(desk: &mut Desk, text: &str) {
    let mut flying = fixture::flying();
    for action in flying.action.iter_mut() {
        (action.id, action.run, action.tool) = (text.to_owned(), text.to_owned(), text.to_owned());
    }
    let set = SetSwitchResponse {
        in_flight: vec![flying],
        positions: [(text.to_owned(), 1)].into(),
        ..SetSwitchResponse::default()
    };
    let (words, unfollowed) = (text.to_owned(), Some(text.to_owned()));
    desk.state.contained = Some(Contained { id: 1, words, at_ms: 0, set, unfollowed });
    let mut preview = fixture::resumes();
    for place in &mut preview.resumes {
        (place.service, place.tool, place.run) = (text.to_owned(), text.to_owned(), text.to_owned());
        place.tools = vec![text.to_owned()];
    }
    desk.state.details.preview = Some(("sw-3".to_owned(), preview));
}

fn poison_listed(desk: &mut Desk, text: &str) {
    let mut versions = fixture::listed::versions();
    for version in &mut versions {
        version.service.push_str(text);
        for field in [&mut version.version, &mut version.proposed_by, &mut version.activated_by] {
            *field = text.to_owned();
        }
        version.revoked_because = text.to_owned();
        let approval = version.approval.get_or_insert_default();
        (approval.by, approval.shown, approval.key) = (text.to_owned(), text.to_owned(), text.to_owned());
    }
    let first = versions[0].clone();
    desk.event(Event::Fetched(Fetched::Versions(versions)));
    let mut compared = fixture::listed::compared(&first.digest);
    compared.version = first;
    compared.text = text.to_owned();
    for change in &mut compared.changes {
        change.words = text.to_owned();
    }
    desk.event(Event::Fetched(Fetched::Version(Box::new(compared))));
    let mut cost = fixture::listed::cost();
    for node in &mut cost {
        node.name.push_str(text);
        (node.currency, node.run_name, node.service) = (text.to_owned(), text.to_owned(), text.to_owned());
    }
    desk.event(Event::Fetched(Fetched::Cost(cost)));
    let mut audit = fixture::listed::audit();
    for entry in &mut audit.entries {
        for field in [&mut entry.by, &mut entry.what, &mut entry.reason, &mut entry.kind, &mut entry.domain] {
            *field = text.to_owned();
        }
    }
    desk.event(Event::Fetched(Fetched::Audit(String::new(), audit)));
    let mut blast = fixture::listed::blast();
    blast.service.push_str(text);
    for tool in &mut blast.tools {
        tool.tool = text.to_owned();
    }
    for measure in &mut blast.measures {
        (measure.name, measure.of) = (text.to_owned(), text.to_owned());
    }
    desk.event(Event::Fetched(Fetched::Blast(Box::new(blast))));
}

fn complaints(desk: &mut Desk) -> Vec<String> {
    let (buffer, _) = view(&desk.state, desk.now, desk.size, &Theme::ansi());
    let area = Rect::new(0, 0, desk.size.width, desk.size.height);
    let mut bytes = Vec::new();
    {
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut bytes), options).unwrap();
        terminal.draw(|frame| *frame.buffer_mut() = buffer).unwrap();
    }
    let oracle = heard(&bytes);
    assert!(oracle.copied.is_empty() && oracle.titles.is_empty(), "a frame copies nothing and has no title");
    oracle.complaints
}

fn heard(bytes: &[u8]) -> Oracle {
    let mut oracle = Oracle::default();
    vte::Parser::new().advance(&mut oracle, bytes);
    oracle
}

/// Whatever is copied from here is one sequence, and its text is harmless wherever it is pasted.
fn copies_are_harmless(desk: &mut Desk) -> Result<(), TestCaseError> {
    desk.key(Key::Char('y'));
    let effects = desk.key(Key::Char('i'));
    let id =
        effects.into_iter().find_map(|it| if let Effect::Copy { text, .. } = it { Some(text) } else { None });
    let row = linear::row(&desk.state, &Theme::ansi(), desk.now);
    let page = linear::lines(&desk.state, &Theme::ansi(), desk.now).0.join("\n");
    for text in [id, row, Some(page)].into_iter().flatten() {
        let Some(sequence) = clipboard(&text) else { continue };
        let oracle = heard(sequence.as_bytes());
        prop_assert_eq!(&oracle.complaints, &Vec::<String>::new());
        prop_assert_eq!(&oracle.copied, &vec![text.clone()]);
        // Pasted into a terminal it is letters and ends of lines, nothing else.
        let pasted = heard(text.replace('\n', "").as_bytes());
        prop_assert_eq!(pasted.complaints, Vec::<String>::new());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn hostile_text_never_reaches_the_terminal(text in hostile()) {
        for keys in ["", "2", "3k", "4", "4!r", "2d", "!s", ":go run:run-7\n", ":go action:act-977\n", "/abc", "?", "6", "6\n ", "7", "7!", "8", "j\n"] {
            let mut desk = poisoned(&text);
            for c in keys.chars() {
                desk.key(if c == '\n' { Key::Enter } else { Key::Char(c) });
            }
            desk.event(Event::Paste(text.clone()));
            prop_assert_eq!(complaints(&mut desk), Vec::<String>::new(), "after {:?}", keys);
        }
        for keys in ["j", "2", "3k", "4", "6", "8"] {
            let mut desk = poisoned(&text);
            keys.chars().for_each(|key| drop(desk.key(Key::Char(key))));
            copies_are_harmless(&mut desk)?;
        }
        let mut desk = poisoned(&text);
        desk.state.environment.clone_from(&text);
        let titled = heard(format!("\x1b]0;{}\x07", title(&desk.state, desk.now)).as_bytes());
        prop_assert!(titled.complaints.is_empty() && titled.titles.len() == 1, "{:?}", titled.titles);
        desk.key(Key::Char('2'));
        desk.key(Key::Enter);
        prop_assert_eq!(complaints(&mut desk), Vec::<String>::new());
        let mut plan = fixture::plan();
        plan.steps[1].note.clone_from(&text);
        plan.steps[0].tool.clone_from(&text);
        desk.event(Event::Answered { id: 0, answer: Answer::Planned(Box::new(plan)) });
        prop_assert_eq!(complaints(&mut desk), Vec::<String>::new());
        desk.event(Event::Answered { id: 0, answer: Answer::Refused(text) });
        prop_assert_eq!(complaints(&mut desk), Vec::<String>::new());
    }
}
