//! The same question gets the same answer, and the usage is of what was read and written.

use serde_json::{from_value, json};

use super::{AT_LENGTH, Asked, answer};

fn asked(question: &str, most: u32) -> Asked {
    let message = json!({ "role": "user", "content": question });
    from_value(json!({ "model": "advisor-small", "messages": [message], "max_completion_tokens": most }))
        .unwrap()
}

#[test]
fn the_answer_follows_from_the_question() {
    let short = answer(&asked("Is this role right?", 60));
    assert_eq!(short, answer(&asked("Is this role right?", 60)));
    assert_eq!(short["choices"][0]["finish_reason"], "stop");
    assert_eq!(short["usage"], json!({ "prompt_tokens": 4, "completion_tokens": 16, "total_tokens": 20 }));
    let long = answer(&asked(&format!("Think {AT_LENGTH}."), 2_000));
    assert_eq!(long["choices"][0]["finish_reason"], "length");
    assert_eq!(long["usage"]["completion_tokens"], 2_000);
}
