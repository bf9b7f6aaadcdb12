//! Keys in a card, and the one function through which an answer, a switch or an undo can leave the console.

use remit_proto::v1::Escalation;

use super::super::clock::Now;
use super::super::event::{Command, Effect};
use super::super::keys::{Key, Press};
use super::super::state::card::{Ask, Card, Opens};
use super::super::state::facts;
use super::super::state::nav::Page;
use super::super::state::{Focus, State};
use super::super::when;
use super::{answer, cards, cut_off, edit_request, page, too_old};

pub(super) fn key(state: &mut State, press: Press, now: Now) -> Vec<Effect> {
    if press.key == Key::Ctrl('c') {
        return page::interrupt(state, now);
    }
    if press.key == Key::Esc {
        state.focus = Focus::Page;
        return Vec::new();
    }
    let Some(card) = state.card_mut() else { return Vec::new() };
    if card.void.is_some() {
        return Vec::new();
    }
    if !card.is_armed(now.tick_ms) {
        card.dropped = card.dropped.saturating_add(1);
        return Vec::new();
    }
    let held = press.repeat || card.is_repeat(press.key, now.tick_ms);
    card.last = Some((press.key, now.tick_ms));
    if let Ask::Menu { .. } = card.ask {
        return menu_key(state, press.key, now);
    }
    let by_key = card.fields.is_empty();
    let confirms = if by_key { press.key == Key::Char('y') } else { press.key == Key::Enter };
    if confirms {
        if held {
            card.said = Some("a held key confirms nothing".to_owned());
            return Vec::new();
        }
        return confirm(state, now);
    }
    other_key(card, press.key);
    Vec::new()
}

fn other_key(card: &mut Card, key: Key) {
    let fields = card.fields.len();
    match key {
        Key::Tab | Key::Down => card.focus = card.focus.saturating_add(1).checked_rem(fields).unwrap_or(0),
        Key::BackTab | Key::Up => {
            let back = card.focus.saturating_add(fields).saturating_sub(1);
            card.focus = back.checked_rem(fields).unwrap_or(0);
        }
        Key::PageDown => card.scroll = card.next_part(),
        Key::PageUp => card.scroll = card.scroll.saturating_sub(5),
        Key::Enter => card.said = Some("Enter decides nothing here".to_owned()),
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Esc
        | Key::Backspace
        | Key::Delete
        | Key::Left
        | Key::Right
        | Key::Home
        | Key::End => {
            if let Some(request) = edit_request(key) {
                card.said = None;
                card.edit(request);
            }
        }
    }
}

fn menu_key(state: &mut State, key: Key, now: Now) -> Vec<Effect> {
    let Some(card) = state.card_mut() else { return Vec::new() };
    let Ask::Menu { entries, about } = &card.ask else { return Vec::new() };
    let Some(entry) = entries.iter().find(|entry| Key::Char(entry.key) == key).cloned() else {
        card.said = Some("that key is not in this menu".to_owned());
        return Vec::new();
    };
    if let Some(why) = entry.refused {
        card.said = Some(why);
        return Vec::new();
    }
    let about = about.clone();
    let still = about.as_ref().is_none_or(|o| state.object(o.kind, &o.id).as_ref() == Some(o));
    // A stop goes on: what it is about can only have moved, and stopping is the safe direction.
    let stops = matches!(entry.opens, Opens::Ceiling(..));
    if !still && !stops {
        state.focus = Focus::Page;
        state.say(now.tick_ms, "changed under you, nothing done");
        return Vec::new();
    }
    cards::follow(state, entry.opens, now)
}

/// Sends what the card asks for, or says why not. Nothing else in the console sends a command that acts.
fn confirm(state: &mut State, now: Now) -> Vec<Effect> {
    let Some(card) = state.card().cloned() else { return Vec::new() };
    match may_send(state, &card, now).and_then(|()| commands(state, &card)) {
        Ok(commands) => {
            state.focus = Focus::Page;
            if let Some((_, Command::StartRollback { plan, .. })) = commands.first() {
                state.nav.go(Page::Rollback(plan.clone()));
            }
            commands.into_iter().map(|(words, command)| answer::send(state, words, command, now)).collect()
        }
        Err(why) => {
            if let Some(card) = state.card_mut() {
                let empty = card.fields.iter().position(|field| field.complaint().is_some());
                card.focus = empty.unwrap_or(card.focus);
                card.said = Some(why);
            }
            Vec::new()
        }
    }
}

/// Why the card cannot be submitted now, if it cannot.
fn may_send(state: &State, card: &Card, now: Now) -> Result<(), String> {
    let lock = match &card.ask {
        Ask::Ceiling { .. } => None,
        Ask::Answer { approve: false, .. }
        | Ask::DenyAlike { .. }
        | Ask::HandOver(_)
        | Ask::Acknowledge(_)
        | Ask::Explain(_) => cut_off(state, now),
        Ask::Answer { approve: true, .. }
        | Ask::Release(_)
        | Ask::Rollback(_)
        | Ask::Resolve { .. }
        | Ask::Menu { .. } => too_old(state, now),
    };
    if let Some(why) = lock {
        return Err(why);
    }
    if !card.complete {
        return Err("needs a larger terminal: a part of this card is not on screen".to_owned());
    }
    if let Some(why) = card.unread().or_else(|| card.fields.iter().find_map(|field| field.complaint())) {
        return Err(why);
    }
    Ok(())
}

/// What a filled card asks for, in words and as commands: one, but for a group one for each question that still waits.
fn commands(state: &State, card: &Card) -> Result<Vec<(String, Command)>, String> {
    if let Ask::DenyAlike { members, .. } = &card.ask {
        let waits = |it: &&Escalation| state.escalation(&it.id).is_some_and(|now| now.digest == it.digest);
        let reason = card.text(1);
        return Ok(members.iter().filter(waits).map(|it| denial(it, reason)).collect());
    }
    command(state, card).map(|one| vec![one])
}

fn denial(escalation: &Escalation, reason: &str) -> (String, Command) {
    let command = Command::Decide {
        escalation: escalation.id.clone(),
        digest: escalation.digest.clone(),
        approve: false,
        reason: reason.to_owned(),
        shown: String::new(),
        not_inspectable: false,
        who: Box::default(),
    };
    (format!("deny {}", escalation.id), command)
}

fn command(state: &State, card: &Card) -> Result<(String, Command), String> {
    Ok(match &card.ask {
        Ask::Menu { .. } | Ask::DenyAlike { .. } => return Err("choose a line of the menu".to_owned()),
        Ask::HandOver(escalation) => {
            let (to, note) = (card.text(0).to_owned(), card.text(1).to_owned());
            let words = format!("send {} to {to}", escalation.id);
            (words, Command::HandOver { escalation: escalation.id.clone(), to, note })
        }
        Ask::Acknowledge(alert) => {
            let reason = card.text(0).to_owned();
            (format!("ack {}", alert.scope), Command::Acknowledge { alert: alert.id.clone(), reason })
        }
        Ask::Ceiling { scope, level, .. } => {
            let words = cards::ceiling_words(scope, *level);
            let (reason, cancel) = (card.text(1).to_owned(), card.cancels());
            (words, Command::SetSwitch { scope: scope.clone(), ceiling: *level, reason, cancel })
        }
        Ask::Release(switch) if state.preview_of(&switch.id).is_none() => {
            return Err("what goes again has not arrived yet".to_owned());
        }
        Ask::Release(switch) => {
            let reason = card.text(0).to_owned();
            (format!("release {}", switch.scope), Command::Release { target: switch.id.clone(), reason })
        }
        Ask::Explain(switch) => {
            let review_ms = when::span_ms(card.text(1)).and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0);
            let (target, reason) = (switch.id.clone(), card.text(0).to_owned());
            (format!("reason {}", switch.scope), Command::Explain { target, reason, review_ms })
        }
        Ask::Answer { escalation, approve, shown, opaque, .. } => {
            let words = format!("{} {}", if *approve { "approve" } else { "deny" }, escalation.id);
            let command = Command::Decide {
                escalation: escalation.id.clone(),
                digest: escalation.digest.clone(),
                approve: *approve,
                reason: card.text(0).to_owned(),
                shown: shown.clone(),
                not_inspectable: 0 < *opaque,
                who: Box::new(state.who.clone().unwrap_or_default()),
            };
            (words, command)
        }
        Ask::Rollback(plan) => {
            let (id, digest) = (plan.id.clone(), plan.digest.clone());
            let words = format!("undo {}", facts::undone(plan));
            (words, Command::StartRollback { plan: id, digest, reason: card.text(1).to_owned() })
        }
        Ask::Resolve { doubt, happened } => {
            let action = doubt.action.as_ref().map(|action| action.id.clone()).unwrap_or_default();
            let words = format!("say that {action} {}", cards::verdict_words(*happened));
            let (reason, result_json) = (card.text(0).to_owned(), card.text(2).to_owned());
            (words, Command::Resolve { action, happened: *happened, reason, result_json })
        }
    })
}

/// Marks the open card as dead once the thing it is about is not what it was.
pub(super) fn void_if_changed(state: &mut State, now: Now) {
    let Some(card) = state.card().filter(|card| card.void.is_none()) else { return };
    let Some(what) = changed(state, &card.ask, now) else { return };
    if let Some(card) = state.card_mut() {
        card.void = Some(format!("changed under you, nothing done: {what}"));
    }
}

fn changed(state: &State, ask: &Ask, now: Now) -> Option<String> {
    match ask {
        Ask::Menu { .. } => None,
        Ask::Ceiling { scope, .. } => {
            (!state.scope_exists(scope)).then(|| format!("{scope} is not there any more"))
        }
        Ask::Release(switch) | Ask::Explain(switch) => match state.switch(&switch.id) {
            None => Some("the switch was released by somebody else".to_owned()),
            Some(now) if now.scope != switch.scope || now.ceiling != switch.ceiling => {
                Some("the switch was set anew".to_owned())
            }
            Some(_) => None,
        },
        Ask::Acknowledge(alert) => match state.alert(&alert.id) {
            None => Some("it ended, or began anew".to_owned()),
            Some(now) => now.acknowledged.as_ref().map(|known| format!("{} looks at it", known.by)),
        },
        // What still waits of it is denied, what came since is not.
        Ask::DenyAlike { members, .. } => {
            let gone = members.iter().all(|it| state.escalation(&it.id).is_none());
            gone.then(|| "none of them waits any more".to_owned())
        }
        Ask::Answer { escalation, .. } | Ask::HandOver(escalation) => {
            match state.escalation(&escalation.id) {
                None => Some("it does not wait any more".to_owned()),
                Some(now) if now.digest != escalation.digest => {
                    Some("its digest is another one now".to_owned())
                }
                Some(_) => None,
            }
        }
        Ask::Resolve { doubt, .. } => {
            let id = doubt.action.as_ref().map_or("", |action| action.id.as_str());
            let known = state.details.action.as_ref().filter(|detail| facts::is_of(detail, id))?;
            if !facts::is_in_doubt(known) {
                return Some("it is known by now what became of it".to_owned());
            }
            (known.statements != doubt.statements).then(|| "somebody else has said something".to_owned())
        }
        Ask::Rollback(plan) => {
            let over = when::millis(plan.expires_at.as_ref()).is_some_and(|at| at <= now.wall_ms);
            over.then(|| "the plan is too old; ask for a new one".to_owned())
        }
    }
}
