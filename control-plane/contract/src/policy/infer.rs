//! What the policies take a fact for, where no schema says what it is.
//!
//! A result's fields have no declared types. A rule that compares one with a number takes it for a number; a
//! second rule that takes it for text is then wrong, and a result that holds something else denies.

use remit_core::ToolName;
use serde_json::Value;

use super::{sight::path, typing::Type, world::World};

/// Learns from the conditions of all rules, given in Cedar's JSON form with the actions that each is about,
/// until nothing new is learnt.
pub(super) fn infer(world: &mut World, conditions: &[(Vec<ToolName>, Value)]) {
    // Lists of nobody knows what only when nothing else says what is in them.
    for lists in [false, true] {
        while learn(world, conditions, lists) {}
    }
}

/// One reading of all rules; true when something was learnt.
fn learn(world: &mut World, conditions: &[(Vec<ToolName>, Value)], lists: bool) -> bool {
    let mut learnt = false;
    for (actions, conditions) in conditions {
        for action in actions {
            let mut lesson = Lesson { world, action, lists, learnt: false };
            for condition in conditions.as_array().into_iter().flatten() {
                lesson.visit(&condition["body"], Some(&Type::Bool));
            }
            learnt |= lesson.learnt;
        }
    }
    learnt
}

/// One reading of one rule, as it is for one action.
struct Lesson<'a> {
    world: &'a mut World,
    action: &'a ToolName,
    /// Whether what is used as a list is one, whatever it holds.
    lists: bool,
    learnt: bool,
}

impl Lesson<'_> {
    /// Looks at an expression where `expected` is what it must be.
    fn visit(&mut self, expression: &Value, expected: Option<&Type>) {
        if let Some((path, tested)) = path(expression) {
            if let Some(expected) = expected.filter(|_| !tested) {
                self.learnt |= self.world.learn(self.action, &path, expected);
            }
            return;
        }
        let Some((word, inside)) = expression.as_object().and_then(|parts| parts.iter().next()) else {
            return;
        };
        let (left, right) = (&inside["left"], &inside["right"]);
        match word.as_str() {
            "&&" | "||" => self.both(left, right, Some(&Type::Bool), Some(&Type::Bool)),
            "<" | "<=" | ">" | ">=" | "+" | "-" | "*" => {
                self.both(left, right, Some(&Type::Long), Some(&Type::Long));
            }
            "==" | "!=" | "containsAll" | "containsAny" => {
                let list = if word.starts_with("contains") { self.list() } else { None };
                let of_left = self.type_of(left).or_else(|| list.clone());
                let of_right = self.type_of(right).or(list);
                self.both(left, right, of_right.as_ref(), of_left.as_ref());
            }
            "contains" => {
                let element = match self.type_of(left) {
                    Some(Type::Set(of)) => Some(*of),
                    _ => None,
                };
                let set = self.type_of(right).map(|of| Type::Set(Box::new(of))).or_else(|| self.list());
                self.both(left, right, set.as_ref(), element.as_ref());
            }
            "!" => self.visit(&inside["arg"], Some(&Type::Bool)),
            "neg" => self.visit(&inside["arg"], Some(&Type::Long)),
            "isEmpty" => self.visit(&inside["arg"], self.list().as_ref()),
            "like" => self.visit(left, Some(&Type::Text)),
            "if-then-else" => {
                self.visit(&inside["if"], Some(&Type::Bool));
                self.both(&inside["then"], &inside["else"], expected, expected);
            }
            _ => match inside {
                Value::Array(parts) => parts.iter().for_each(|part| self.visit(part, None)),
                Value::Object(parts) => parts.values().for_each(|part| self.visit(part, None)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            },
        }
    }

    fn list(&self) -> Option<Type> {
        self.lists.then(|| Type::Set(Box::new(Type::Open)))
    }

    fn both(&mut self, left: &Value, right: &Value, of_left: Option<&Type>, of_right: Option<&Type>) {
        self.visit(left, of_left);
        self.visit(right, of_right);
    }

    /// What an expression is as far as it says so itself.
    fn type_of(&self, expression: &Value) -> Option<Type> {
        if let Some((path, tested)) = path(expression) {
            return if tested { Some(Type::Bool) } else { self.world.known(self.action, &path).cloned() };
        }
        let (word, inside) = expression.as_object()?.iter().next()?;
        match word.as_str() {
            "Value" => match inside {
                Value::Bool(_) => Some(Type::Bool),
                Value::Number(_) => Some(Type::Long),
                Value::String(_) => Some(Type::Text),
                Value::Null | Value::Array(_) | Value::Object(_) => None,
            },
            "Set" => inside
                .as_array()?
                .iter()
                .find_map(|item| self.type_of(item))
                .map(|of| Type::Set(Box::new(of))),
            "+" | "-" | "*" | "neg" => Some(Type::Long),
            "if-then-else" => self.type_of(&inside["then"]).or_else(|| self.type_of(&inside["else"])),
            "&&" | "||" | "!" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "is" | "has" | "like"
            | "contains" | "containsAll" | "containsAny" | "isEmpty" => Some(Type::Bool),
            _ => None,
        }
    }
}
