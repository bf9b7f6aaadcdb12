//! What is sent on, what is added, and what cannot be counted.

use super::*;

fn read(speaks: Speaks, text: &str) -> Result<Sealed, String> {
    let prompt = Prompt::read(speaks, text.as_bytes()).map_err(|error| error.to_string())?;
    prompt.seal(500).map_err(|error| error.to_string())
}

#[test]
fn the_text_goes_on_as_it_came_and_only_what_is_missing_is_added() {
    let table = [
        (
            Speaks::OpenAi,
            r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"b":1,"a":2.50}}}]}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"b":1,"a":2.50}}}],"max_completion_tokens":500}"#,
            500,
        ),
        (
            Speaks::OpenAi,
            r#"{"stream":true,"messages":[{}],"model":"m","max_tokens":7,"stream_options":{"include_usage":false}}"#,
            r#"{"stream":true,"messages":[{}],"model":"m","max_tokens":7,"stream_options":{"include_usage":true}}"#,
            7,
        ),
        (
            Speaks::OpenAi,
            r#"{"messages":[{}],"model":"m","max_tokens":7,"max_completion_tokens":9}"#,
            r#"{"messages":[{}],"model":"m","max_tokens":7,"max_completion_tokens":9}"#,
            9,
        ),
        (
            Speaks::Anthropic,
            r#"{"stream":true,"messages":[{"content":[{"type":"text","text":"Hi"}]}],"model":"m"}"#,
            r#"{"stream":true,"messages":[{"content":[{"type":"text","text":"Hi"}]}],"model":"m","max_tokens":500}"#,
            500,
        ),
    ];
    for (speaks, text, sent, limit) in table {
        let sealed = read(speaks, text).unwrap();
        assert_eq!(sealed.body, sent);
        let params = sealed.params();
        assert_eq!(params["max_tokens"], limit);
        assert_eq!(params["input_bytes"], sent.len());
        assert_eq!(params["digest"], CanonicalJson::parse(sent).unwrap().0.digest().to_string());
    }
}

#[test]
fn what_no_count_of_tokens_covers_is_refused() {
    let with = |more: &str| format!(r#"{{"model":"m","messages":[{{"content":"Hi"}}],{more}}}"#);
    let part = |part: &str| format!(r#"{{"model":"m","messages":[{{"content":[{part}]}}]}}"#);
    let table = [
        (Speaks::OpenAi, with(r#""n":2"#), "`n` is `2`, accepted is `1`"),
        (Speaks::OpenAi, with(r#""web_search_options":{}"#), "`web_search_options` is not supported"),
        (Speaks::OpenAi, with(r#""service_tier":"priority""#), "`service_tier` is `\"priority\"`"),
        (Speaks::OpenAi, with(r#""stream":"yes""#), "`stream` is `\"yes\"`"),
        (Speaks::OpenAi, with(r#""max_tokens":-1"#), "`max_tokens` is not a whole number"),
        (Speaks::OpenAi, with(r#""model":"n""#), "key `model` appears twice"),
        (Speaks::OpenAi, with(r#""tools":[{"type":"web_search"}]"#), "a tool is of type \"web_search\""),
        (Speaks::OpenAi, part(r#"{"type":"image_url","image_url":{"url":"x"}}"#), "is of type \"image_url\""),
        (Speaks::OpenAi, r#"{"model":"m","messages":[]}"#.to_owned(), "`messages` is missing or empty"),
        (Speaks::OpenAi, r#"{"messages":[{}]}"#.to_owned(), "`model` is missing"),
        (Speaks::OpenAi, "[]".to_owned(), "it is not a JSON object"),
        (Speaks::Anthropic, with(r#""n":1"#), "`n` is not supported"),
        (Speaks::Anthropic, part(r#"{"type":"document"}"#), "is of type \"document\""),
        (
            Speaks::Anthropic,
            part(r#"{"type":"tool_result","content":[{"type":"image"}]}"#),
            "is of type \"image\"",
        ),
        (
            Speaks::Anthropic,
            part(r#"{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}"#),
            "`cache_control` is not supported",
        ),
        (Speaks::Anthropic, with(r#""tools":[{"type":"web_search_20250305"}]"#), "a tool is of type"),
    ];
    for (speaks, text, why) in table {
        let said = read(speaks, &text).unwrap_err();
        assert!(said.contains(why), "{text}: {said}");
    }
}
