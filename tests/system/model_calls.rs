//! Model calls: decided, bounded, counted to the unit, and ended where they must end, in the provider's own words.

use remit_proto::v1::Level;
use remit_tests::{
    client::Operator,
    contracts::{REFUNDS, WORKFLOW},
    mcp::{Tools, http},
    provider::Script,
    site::{PATIENCE, Remitd, Site},
};
use serde_json::{Value, json};

use crate::REMITD;

const SCOPE: &str = "service:refund-decision";

/// Millionths: 100 tokens in at 0.25 and 20 out at 2.00 for a million.
const USUAL: u64 = 25 + 40;

/// A site whose contract calls models.
async fn site() -> Site {
    let site = Site::new(REMITD).await;
    site.contracts.add_models();
    site
}

/// An agent of one run, as its provider's client would speak.
struct Agent {
    url: String,
    token: String,
    run: &'static str,
}

struct Answer {
    status: u16,
    run: String,
    action: String,
    text: String,
}

impl Agent {
    async fn of(remitd: &Remitd) -> (Self, Operator) {
        let mut operator = remitd.operator().await;
        let token = operator.service_token(REFUNDS).await;
        (Self { url: remitd.url(), token, run: "case-1" }, operator)
    }

    fn request(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        http()
            .post(format!("{}/llm/{REFUNDS}/runs/{}{path}", self.url, self.run))
            .header("remit-workflow", WORKFLOW)
            .json(body)
    }

    async fn chat(&self, body: &Value) -> Answer {
        read(self.request("/v1/chat/completions", body).bearer_auth(&self.token)).await
    }

    async fn talk(&self, body: &Value) -> Answer {
        read(self.request("/v1/messages", body).header("x-api-key", &self.token)).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let header = |name: &str| response.headers().get(name).map_or("", |it| it.to_str().unwrap()).to_owned();
    let (status, run, action) = (response.status().as_u16(), header("remit-run"), header("remit-action"));
    Answer { status, run, action, text: response.text().await.unwrap() }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The code in an error of either shape.
    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("no code: {}", self.text)).to_owned()
    }

    /// The code of the error that ended a stream.
    fn last_code(&self) -> String {
        let last = self.text.lines().rfind(|line| line.starts_with("data: ")).unwrap();
        let last: Value = serde_json::from_str(last.trim_start_matches("data: ")).unwrap();
        last["error"]["code"].as_str().unwrap_or_else(|| panic!("no error ends it: {}", self.text)).to_owned()
    }
}

fn ask(model: &str, more: &Value) -> Value {
    let mut body = json!({ "model": model, "messages": [{ "role": "user", "content": "Is it fine?" }] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// What the run has spent and still holds.
async fn money(operator: &mut Operator, run: &str) -> (u64, u64) {
    let budget = operator.run(run).await.run.unwrap().budget.unwrap();
    (budget.spent_micros, budget.held_micros)
}

/// The most that a request can use at a limit of output, in millionths.
fn most(sent: &Value, output: u64) -> u64 {
    let bytes = u64::try_from(sent.to_string().len()).unwrap();
    ((bytes + 1_024) * 250_000 + output * 2_000_000).div_ceil(1_000_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admitted_call_is_made_with_our_credential_and_costs_what_is_reported() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    let chat = agent.chat(&ask("small", &json!({ "temperature": 0.50 }))).await;
    assert_eq!(chat.status, 200, "{}", chat.text);
    assert_eq!(chat.json()["choices"][0]["message"]["content"], "It is fine.");
    let talk = agent.talk(&ask("claude-small", &json!({ "max_tokens": 50 }))).await;
    assert_eq!(talk.status, 200, "{}", talk.text);
    assert_eq!(talk.json()["content"][0]["text"], "It is fine.");
    assert_eq!(talk.run, chat.run, "both count in the run that is named");
    assert_eq!(money(&mut operator, &chat.run).await, (2 * USUAL, 0));
    let budget = operator.run(&chat.run).await.run.unwrap().budget.unwrap();
    assert_eq!((budget.tokens_spent, budget.tokens_held, budget.tokens_limit), (240, 0, None));
    assert_eq!(budget.wall_time_limit_ms, Some(600_000));
    let tools: Vec<_> = budget.tools.iter().map(|it| (it.tool.as_str(), it.calls, it.limit)).collect();
    let unused = [("eligibility.check", 0, Some(5)), ("model.chat", 1, None), ("model.talk", 1, None)];
    assert_eq!(tools, [&unused[..], &[("payout.create", 0, Some(2))]].concat());

    let asked = site.provider.asked();
    assert_eq!(asked[0].headers["authorization"], "Bearer a-provider-credential");
    assert_eq!(asked[0].body["max_completion_tokens"], 1_000);
    assert_eq!(asked[1].headers["x-api-key"], "a-provider-credential");
    assert!(asked[1].headers.contains_key("anthropic-version"));
    assert!(!asked.iter().any(|asked| format!("{asked:?}").contains(&agent.token)));

    // The journal has what was asked for, how much it was and what it came to; neither prompt nor answer.
    let action = operator.action(&chat.action).await;
    let known = action.action.unwrap();
    assert_eq!((known.channel.as_str(), known.cost_micros), ("model", USUAL));
    assert_eq!(action.tokens, 120);
    assert!(action.tokens < action.reserved_tokens, "{}", action.reserved_tokens);
    let result: Value = serde_json::from_str(&action.result_json).unwrap();
    assert_eq!((&result["input_tokens"], &result["output_tokens"]), (&json!(100), &json!(20)));
    assert!(!format!("{known:?}{result}").contains("fine"));
    operator.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_contract_does_not_allow_reaches_no_provider() {
    let site = site().await;
    site.contracts.edit("    calls: 20\n", "    calls: 20\n    tokens: 4000\n");
    site.contracts.edit("million_output: 2.00 }\n    model.talk", "million_output: 900.00 }\n    model.talk");
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    let image =
        json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": "x" } }] }]);
    let long = json!([{ "role": "user", "content": "x".repeat(400_000) }]);
    let table = [
        (ask("large", &json!({ "max_tokens": 10 })), 403, "model_not_allowed"),
        (ask("small", &json!({ "max_tokens": 1_001 })), 403, "parameters_invalid"),
        (ask("small", &json!({ "max_tokens": 3_500 })), 403, "parameters_invalid"),
        (json!({ "model": "small", "messages": long, "max_tokens": 10 }), 403, "tokens_exhausted"),
        (json!({ "model": "small", "messages": image, "max_tokens": 10 }), 400, "invalid"),
        (ask("small", &json!({ "n": 3, "max_tokens": 10 })), 400, "invalid"),
        // 1,000 tokens that come out cost 0.90, and the bytes that go in are covered: within 1.00.
        (ask("small", &json!({ "max_tokens": 1_000 })), 200, ""),
        // 20 tokens came out, 0.018: that leaves less than 1.00 and more than another 0.90.
        (ask("small", &json!({ "max_tokens": 1_000, "temperature": 1 })), 200, ""),
    ];
    for (body, status, code) in table {
        let answer = agent.chat(&body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        if status != 200 {
            assert_eq!(answer.code(), code, "{}", answer.text);
        }
    }
    assert_eq!(site.provider.asked().len(), 2);
    let nobody = Agent { url: agent.url.clone(), token: "nonsense".to_owned(), run: "case-1" };
    let refused = nobody.talk(&ask("claude-small", &json!({}))).await;
    assert_eq!(
        (refused.status, refused.json()["error"]["type"].as_str().unwrap()),
        (401, "authentication_error")
    );
    operator.ceiling(SCOPE, Level::None).await;
    let stopped = agent.talk(&ask("claude-small", &json!({ "max_tokens": 10 }))).await;
    assert_eq!((stopped.status, stopped.code().as_str()), (403, "stopped"));
    assert_eq!(stopped.json()["type"], "error");
    assert_eq!(site.provider.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_is_reserved_is_not_spent_twice() {
    let site = site().await;
    site.contracts.edit("million_output: 2.00 }\n    model.talk", "million_output: 900.00 }\n    model.talk");
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    site.provider.plays(Script { silent_after: Some(0), ..Script::default() });
    let body = ask("small", &json!({}));
    let first = read(agent.request("/v1/chat/completions", &body).bearer_auth(&agent.token));
    let first = tokio::spawn(first);
    site.provider.reached(1).await;
    let second = agent.chat(&body).await;
    assert_eq!((second.status, second.code().as_str()), (403, "spend_exhausted"));
    site.provider.plays(Script::default());
    let first = first.await.unwrap();
    assert_eq!(first.status, 200, "{}", first.text);
    // 100 in at 0.25 and 20 out at 900 a million.
    assert_eq!(money(&mut operator, &first.run).await, (25 + 18_000, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_through_and_costs_what_it_reports_at_its_end() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    let chat = agent.chat(&ask("small", &json!({ "stream": true }))).await;
    assert_eq!(chat.status, 200, "{}", chat.text);
    assert!(chat.text.contains("\"fine.\"") && chat.text.ends_with("data: [DONE]\n\n"), "{}", chat.text);
    assert!(!chat.text.contains("prompt_tokens"), "nobody asked for it: {}", chat.text);
    let wanting = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let chat = agent.chat(&ask("small", &wanting)).await;
    assert!(chat.text.contains("prompt_tokens"), "{}", chat.text);
    assert!(site.provider.asked().iter().all(|it| it.body["stream_options"]["include_usage"] == true));
    let talk = agent.talk(&ask("claude-small", &json!({ "stream": true, "max_tokens": 50 }))).await;
    assert!(talk.text.contains("\"fine.\"") && talk.text.contains("event: message_stop"), "{}", talk.text);
    assert_eq!(money(&mut operator, &chat.run).await, (3 * USUAL, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_a_stream_in_its_middle() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    site.provider.plays(Script { silent_after: Some(2), ..Script::default() });
    let chat = ask("small", &json!({ "stream": true, "max_tokens": 30 }));
    let talk = ask("claude-small", &json!({ "stream": true, "max_tokens": 40 }));
    let whole = ask("small", &json!({ "max_tokens": 50 }));
    let running = [
        agent.request("/v1/chat/completions", &chat).bearer_auth(&agent.token),
        agent.request("/v1/messages", &talk).bearer_auth(&agent.token),
        agent.request("/v1/chat/completions", &whole).bearer_auth(&agent.token),
    ];
    let running = running.map(|request| tokio::spawn(read(request)));
    site.provider.reached(3).await;
    operator.ceiling(SCOPE, Level::None).await;
    let mut answers = Vec::new();
    for answer in running {
        answers.push(tokio::time::timeout(PATIENCE, answer).await.unwrap().unwrap());
    }
    let [chatted, talked, waited] = answers.as_slice() else { panic!("three were asked") };
    assert_eq!((chatted.status, chatted.last_code().as_str()), (200, "stopped"));
    assert_eq!((talked.status, talked.last_code().as_str()), (200, "stopped"));
    assert!(talked.text.contains("event: error\n"), "{}", talked.text);
    assert_eq!((waited.status, waited.code().as_str()), (403, "stopped"));
    site.provider.given_up(3).await;
    // What was not reported counts as the most that it can have been; Anthropic's stream begins with what went in.
    let sent = |index: usize| site.provider.asked()[index].body.clone();
    let by = |path: &str, stream: bool| {
        let known = |it: &Value| (it.get("stream") == Some(&json!(true))) == stream && it["model"] == path;
        (0..3).map(sent).find(known).unwrap()
    };
    let spent = most(&by("small", true), 30) + (25 + 80) + most(&by("small", false), 50);
    assert_eq!(money(&mut operator, &chatted.run).await, (spent, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_says_more_than_was_reserved_is_cut_off() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    site.provider.plays(Script { pieces: vec!["word ".repeat(64); 10], ..Script::default() });
    let chat = agent.chat(&ask("small", &json!({ "stream": true, "max_tokens": 10 }))).await;
    assert_eq!(chat.last_code(), "tokens_exhausted");
    assert!(!chat.text.contains("[DONE]"));
    let spent = most(&site.provider.asked()[0].body, 10);
    assert_eq!(money(&mut operator, &chat.run).await, (spent, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_of_a_run_ends_a_stream_in_its_middle() {
    let site = site().await;
    site.contracts.edit("    wall_time: 10m\n", "    wall_time: 1s\n");
    let remitd = site.start().await;
    let (agent, _) = Agent::of(&remitd).await;
    site.provider.plays(Script { silent_after: Some(1), ..Script::default() });
    let chat = agent.chat(&ask("small", &json!({ "stream": true }))).await;
    assert_eq!(chat.last_code(), "wall_time_exhausted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_reported_counts_as_the_most_and_what_was_refused_as_nothing() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    let mut spent = 0;
    let whole = ask("small", &json!({ "max_tokens": 10 }));
    let stream = ask("small", &json!({ "stream": true, "max_tokens": 10 }));
    let table = [
        (Script { usage: None, ..Script::default() }, &whole, 200, true),
        (Script { usage: None, ..Script::default() }, &stream, 200, true),
        (Script { refuses: Some(500), ..Script::default() }, &whole, 502, true),
        (Script { refuses: Some(429), ..Script::default() }, &whole, 429, false),
        (Script { refuses: Some(503), ..Script::default() }, &stream, 503, false),
        (Script { refuses: Some(400), ..Script::default() }, &whole, 400, false),
        (Script { refuses: Some(401), ..Script::default() }, &whole, 502, false),
    ];
    let mut run = String::new();
    for (number, (script, body, status, costs)) in table.into_iter().enumerate() {
        site.provider.plays(script.clone());
        let mut body = body.clone();
        body["user"] = number.to_string().into();
        let answer = agent.chat(&body).await;
        assert_eq!(answer.status, status, "{script:?}: {}", answer.text);
        if status == 400 {
            assert!(answer.text.contains("the provider says no"), "{}", answer.text);
        }
        if costs {
            spent += most(&site.provider.asked()[number].body, 10);
        }
        if !answer.run.is_empty() {
            run = answer.run;
        }
        assert_eq!(money(&mut operator, &run).await, (spent, 0), "{script:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_off_says_so_and_counts_as_the_most() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    site.provider.plays(Script { broken_after: Some(1), ..Script::default() });
    let body = ask("small", &json!({ "stream": true, "max_tokens": 30 }));
    let request = agent.request("/v1/chat/completions", &body).bearer_auth(&agent.token);
    let response = request.send().await.unwrap();
    let run = response.headers()["remit-run"].to_str().unwrap().to_owned();
    site.provider.plays(Script::default());
    let (status, text) = (200, response.text().await.unwrap());
    let broken = Answer { status, run, action: String::new(), text };
    assert_eq!(broken.last_code(), "failed");
    assert_eq!(money(&mut operator, &broken.run).await, (most(&site.provider.asked()[0].body, 30), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_gives_nothing_back() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    site.provider.plays(Script { silent_after: Some(1), ..Script::default() });
    let body = ask("small", &json!({ "stream": true, "max_tokens": 30 }));
    let request = agent.request("/v1/chat/completions", &body).bearer_auth(&agent.token);
    let mut response = request.send().await.unwrap();
    let run = response.headers()["remit-run"].to_str().unwrap().to_owned();
    response.chunk().await.unwrap();
    drop(response);
    site.provider.given_up(1).await;
    operator.seen(&run, "action_settled").await;
    assert_eq!(money(&mut operator, &run).await, (most(&site.provider.asked()[0].body, 30), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_approved_is_sent_when_the_same_call_comes_again() {
    let site = site().await;
    let rule = "    - { id: long-answer, action: model.chat, when: context.params.max_tokens > 500, because: Long answers are dear., \
                to: group:payments-risk, quorum: 1, within: 30m }\n    - id: above-autonomous-limit";
    site.contracts.edit("    - id: above-autonomous-limit", rule);
    let remitd = site.start().await;
    let (agent, mut operator) = Agent::of(&remitd).await;
    let long = ask("small", &json!({ "max_tokens": 600 }));
    let held = agent.chat(&long).await;
    assert_eq!((held.status, held.code().as_str()), (403, "needs_approval"), "{}", held.text);
    let asked = operator.pending().await.remove(0);
    // Whoever is asked reads what would be sent; the journal has its digest alone.
    let shown = operator.action(&asked.action).await;
    assert_eq!(serde_json::from_str::<Value>(&shown.prompt).unwrap(), long);
    assert!(!format!("{:?}", operator.export(REFUNDS).await).contains("Is it fine?"));
    // It joins, also before anybody has answered; another one does not.
    let again = agent.chat(&long).await;
    assert_eq!((again.status, again.code().as_str()), (403, "needs_approval"));
    assert_eq!(again.json()["error"]["action"], asked.action.as_str());
    assert_eq!(operator.pending().await.len(), 1);
    let other = agent.chat(&ask("small", &json!({ "max_tokens": 600, "temperature": 0 }))).await;
    assert_ne!(other.json()["error"]["action"], asked.action.as_str());
    let (others, _): (Vec<_>, Vec<_>) =
        operator.pending().await.into_iter().partition(|it| it.action != asked.action);

    operator.answer(&asked, true).await.unwrap();
    operator.seen(&held_run(&held), "action_released").await;
    assert!(site.provider.asked().is_empty(), "nothing is sent while nobody waits for the answer");
    let answered = agent.chat(&long).await;
    assert_eq!(
        (answered.status, answered.action.as_str()),
        (200, asked.action.as_str()),
        "{}",
        answered.text
    );
    assert_eq!(answered.json()["choices"][0]["message"]["content"], "It is fine.");
    assert_eq!(site.provider.asked().len(), 1);
    assert_eq!(operator.action(&asked.action).await.prompt, "", "nobody is asked any more");
    // What was answered once is not approved for good.
    let anew = agent.chat(&long).await;
    assert_eq!((anew.status, anew.code().as_str()), (403, "needs_approval"));
    assert_ne!(anew.json()["error"]["action"], asked.action.as_str());

    // A stop between the approval and the caller's coming says so.
    operator.answer(&others[0], true).await.unwrap();
    operator.ceiling(SCOPE, Level::None).await;
    let stopped = operator.action(&others[0].action).await;
    let stopped = if stopped.settlement_note.is_empty() {
        operator
            .seen_of(&held_run(&other), |it| it.action == others[0].action && it.kind == "action_settled")
            .await;
        operator.action(&others[0].action).await
    } else {
        stopped
    };
    assert!(stopped.settlement_note.starts_with("not sent: "), "{}", stopped.settlement_note);
    assert_eq!(site.provider.asked().len(), 1);
    operator.verify().await;
}

/// The run that an error names.
fn held_run(answer: &Answer) -> String {
    answer.json()["error"]["run"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_is_no_tool_over_mcp() {
    let site = site().await;
    let remitd = site.start().await;
    let (agent, _) = Agent::of(&remitd).await;
    let tools = Tools::connect(&remitd.url(), &agent.token, "case-2").await;
    assert!(!tools.names().await.iter().any(|name| name.starts_with("model.")));
    let params = json!({
        "model": "small", "max_tokens": 10, "input_bytes": 100, "stream": false, "digest": "0".repeat(64),
    });
    let called = tools.call("model.chat", &params).await;
    assert!(format!("{called:?}").contains("nothing was sent"), "{called:?}");
    assert!(site.provider.asked().is_empty());
}
