//! Filters: what is typed wrong stays where it was typed, and what is saved stands for its text.

use ratatui::layout::Size;
use remit_proto::v1::ListAuditResponse;

use crate::tui::event::{Effect, Event, Fetch, Fetched};
use crate::tui::fixture::{Desk, listed};
use crate::tui::keys::Key;
use crate::tui::state::Focus;

fn typed(desk: &mut Desk, text: &str) -> Vec<Effect> {
    desk.key(Key::Char('/'));
    desk.text(text);
    desk.key(Key::Enter)
}

fn watched(effects: &[Effect]) -> Option<&str> {
    effects
        .iter()
        .find_map(|effect| if let Effect::WatchTrace { filter } = effect { Some(&**filter) } else { None })
}

#[test]
fn what_is_no_filter_stays_in_its_field_and_the_old_one_holds() {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.key(Key::Char('3'));
    let effects = typed(&mut desk, "outcome=deny");
    assert_eq!(watched(&effects), Some("outcome=deny"));

    let effects = typed(&mut desk, " otcome=stop");
    assert_eq!(watched(&effects), None, "nothing is asked of the server");
    let screen = desk.screen();
    assert!(screen.contains("? there is no field `otcome`; did you mean `outcome`?"), "{screen}");
    assert!(screen.contains("filter: outcome=deny"), "{screen}");
    let Focus::Prompt(prompt) = &desk.state.focus else { panic!("it can be mended") };
    assert_eq!((prompt.input.value(), prompt.input.cursor()), ("outcome=deny otcome=stop", 13));

    desk.key(Key::Char('u'));
    assert!(!desk.screen().contains("there is no field"), "the next letter takes the words away");
    desk.key(Key::Esc);
    assert_eq!(desk.state.filter(), "outcome=deny");
}

#[test]
fn the_queue_is_asked_by_its_fields_and_time_goes_on() {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.key(Key::Char('2'));
    let all = desk.state.rows().len();
    assert!(0 < all);
    typed(&mut desk, "due>0s");
    assert_eq!(desk.state.rows().len(), all);
    desk.wait(7 * 86_400_000);
    desk.event(crate::tui::event::Event::Tick);
    assert_eq!(desk.state.rows().len(), 0, "by now all of it is overdue");
    typed(&mut desk, " or tool=nothing.such");
    assert_eq!(desk.state.filter(), "due>0s or tool=nothing.such");
}

#[test]
fn a_saved_filter_stands_for_its_text() {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.key(Key::Char('3'));
    typed(&mut desk, "deny or stop");
    desk.text(":save hot");
    let kept = desk.key(Key::Enter);
    let [Effect::KeepFilters(saved)] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(saved.get("hot").map(String::as_str), Some("deny or stop"));
    desk.text(":filter @hot kind=action_decided");
    let effects = desk.key(Key::Enter);
    assert_eq!(watched(&effects), Some("(deny or stop) kind=action_decided"));
    desk.text(":forget @hot");
    desk.key(Key::Enter);
    desk.text(":filter @hot");
    desk.key(Key::Enter);
    assert!(desk.screen().contains("no filter is saved as `hot`"));
    desk.key(Key::Esc);
    for (line, said) in
        [(":save", "save NAME"), (":save two words", "save NAME"), (":forget cold", "no filter is saved")]
    {
        desk.text(line);
        desk.key(Key::Enter);
        assert!(desk.state.notice.as_ref().unwrap().words.contains(said), "{line}");
    }
}

/// What the console asks about the audit.
fn asked(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| {
        if let Effect::Fetch(Fetch::Audit(filter)) = effect { Some(filter.as_str()) } else { None }
    })
}

#[test]
fn the_control_plane_is_asked_with_the_filter_of_the_audit_and_no_answer_stands_for_another_question() {
    let mut desk = Desk::new(Size::new(80, 24));
    assert_eq!(asked(&desk.key(Key::Char('8'))), Some(""));
    desk.fetched();
    let all = desk.state.rows().len();
    let effects = typed(&mut desk, "kind=switch_set");
    assert_eq!(asked(&effects), Some("kind=switch_set"));
    let at_hand = desk.state.rows().len();
    assert!(0 < at_hand && at_hand < all, "{at_hand} of {all}: what is at hand is judged at once");
    // The control plane looked at more than the console has.
    let mut found = ListAuditResponse { hidden: 1_500, ..listed::audit() };
    found.entries.retain(|entry| entry.kind == "switch_set");
    desk.event(Event::Fetched(Fetched::Audit("kind=switch_set".to_owned(), found.clone())));
    let screen = desk.screen();
    assert!(screen.contains("filter: kind=switch_set   1500 hidden"), "{screen}");
    // A wider question is not answered by what a narrower one let through.
    desk.key(Key::Char('/'));
    desk.key(Key::Ctrl('u'));
    assert_eq!(asked(&desk.key(Key::Enter)), Some(""));
    assert!(desk.screen().contains("loading"), "{}", desk.screen());
    desk.event(Event::Fetched(Fetched::Audit("kind=switch_set".to_owned(), found)));
    assert!(desk.screen().contains("loading"), "an answer that comes late is of another question");
    desk.event(Event::Fetched(Fetched::Audit(String::new(), listed::audit())));
    assert_eq!(desk.state.rows().len(), all);
    // What is wrong is said before anybody is asked.
    assert_eq!(asked(&typed(&mut desk, "knd=switch_set")), None);
    assert!(desk.screen().contains("did you mean `kind`?"), "{}", desk.screen());
}
