//! The document as people write it: the keys that are accepted, for editors that complete and check it.
//!
//! The types here are read by nobody; their comments are what an editor shows. A key that the reader takes
//! stands here in the same change, and one that it does not take does not: a test holds both to each other.

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

mod allowance;
mod calling;
mod cost;
mod domain;
mod evidence;
mod identity;
mod model;
mod radius;
mod recovery;
mod scalar;
mod scope;
mod tooling;
mod tripwire;

use scalar::{Name, Version};

/// The JSON Schema (2020-12) of `contract.yaml`.
pub fn json_schema() -> Value {
    schema_of::<Contract>()
}

/// The JSON Schema (2020-12) of a domain's file.
pub fn domain_json_schema() -> Value {
    schema_of::<domain::Domain>()
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(present));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// A key may be left out, but never be there without a value.
fn present(schema: &mut Schema) {
    let Some(words) = schema.as_object_mut() else { return };
    if let Some(Value::Array(kinds)) = words.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            words.insert("type".to_owned(), kind);
        }
    }
    let Some(Value::Array(mut choices)) = words.remove("anyOf") else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
    match choices.as_slice() {
        [Value::Object(one)] => words.extend(one.clone()),
        _ => {
            words.insert("anyOf".to_owned(), Value::Array(choices));
        }
    }
}

/// What an autonomous service may do, in seven clauses. Whatever is not written here is not allowed.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Execution contract of one service")]
struct Contract {
    /// The form of this document: `remit/v1`.
    contract: Form,
    /// The service that the contract is for.
    service: Name,
    /// Semantic version. A published version never changes: its identity is the digest of the folder.
    version: Version,
    /// Where its budgets, its switches and its journal live.
    domain: Name,
    /// What the service is for, in a sentence.
    purpose: String,
    identity: identity::Identity,
    scope: scope::Scope,
    evidence: evidence::Evidence,
    policy: Policy,
    tooling: tooling::Tooling,
    cost: cost::Cost,
    recovery: recovery::Recovery,
}

/// The form of this document.
#[derive(JsonSchema)]
enum Form {
    #[serde(rename = "remit/v1")]
    V1,
}

/// 4. The rules of the house, in their own file.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Policy {
    /// `policy.cedar`, beside this document.
    file: PolicyFile,
}

/// The one name that the file may have.
#[derive(JsonSchema)]
enum PolicyFile {
    #[serde(rename = "policy.cedar")]
    PolicyCedar,
}

#[cfg(test)]
mod tests;
