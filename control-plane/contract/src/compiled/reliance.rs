//! What of a contract relies on an item of evidence, in words that name the rule.

use remit_core::{ItemName, ToolName};

use super::CompiledContract;
use crate::{
    origin::Home,
    pointer::{Pointer, Source},
    policy::Keys,
};

impl CompiledContract {
    /// Every rule about an action that looks at an item: that it is needed, for which parameters it is read, what
    /// it must agree with, which parameters may come from it, and what of it the policies read.
    pub fn reliance(&self, action: &ToolName, item: &ItemName) -> Vec<String> {
        let Some(tool) = self.tools.get(action) else { return Vec::new() };
        let (needs, mut found) = (&tool.needs, Vec::new());
        if let Some(wanted) = needs.wanted(item) {
            let list = if needs.all.iter().any(|it| it.item == *item) { "all" } else { "of" };
            let matching = wanted.matching.iter();
            let matching: Vec<String> =
                matching.map(|(name, from)| format!("{name} is params:{}", from.as_str())).collect();
            let matching =
                if matching.is_empty() { String::new() } else { format!(", where {}", matching.join(", ")) };
            found.push(format!("evidence.needs.{action}.{list}{matching}"));
        }
        for (index, line) in needs.agree.iter().enumerate() {
            let is_it = |source: &Source| matches!(source, Source::Item(of, _) if of == item);
            if line.values.iter().any(is_it) {
                let values: Vec<String> = line.values.iter().map(ToString::to_string).collect();
                found.push(format!("evidence.needs.{action}.agree[{index}]: {}", values.join(" = ")));
            }
        }
        for rule in &needs.origin {
            let is_it = |home: &&Home| matches!(home, Home::Item(of, _) if of == item);
            if let Some(home) = rule.from.iter().find(is_it) {
                found.push(format!("evidence.origin.{action}: params:{} is from {home}", rule.path.as_str()));
            }
        }
        match tool.judge.as_ref().and_then(|judge| judge.sight().item(item.as_str())) {
            Some(Keys::All) => found.push("policy: all of it".to_owned()),
            Some(Keys::Named(keys)) if !keys.is_empty() => {
                let keys: Vec<String> =
                    keys.iter().map(|key| Pointer::to_key(key).as_str().to_owned()).collect();
                found.push(format!("policy: {}", keys.join(", ")));
            }
            Some(Keys::Named(_)) | None => {}
        }
        found
    }
}
