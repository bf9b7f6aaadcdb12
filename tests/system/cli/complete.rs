//! What shells offer, through the real program: names as the control plane has them, soon or not at all.

use std::{fs, time::Instant};

use remit_tests::site::Site;
use tokio::net::TcpListener;

use super::{remit, world};
use crate::{REMIT, REMITD};

/// What is offered for the last of these words, as fish asks for it: each with what stands behind its tab.
async fn offered(site: &Site, words: &[&str]) -> Vec<(String, String)> {
    let mut command = site.bare(REMIT.as_ref());
    command.env("REMIT_COMPLETE", "fish").arg("--").arg("remit").args(words);
    let output = command.output().await.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let split = |line: &str| {
        line.split_once('\t').map_or((line.to_owned(), String::new()), |(a, b)| (a.to_owned(), b.to_owned()))
    };
    text.lines().map(split).collect()
}

async fn names(site: &Site, words: &[&str]) -> Vec<String> {
    offered(site, words).await.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn names_are_those_of_this_moment() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    let short = |id: &str| id.split_at(id.len() - 8).1.to_owned();

    assert_eq!(names(&site, &["blast", "refu"]).await, ["refund-decision"]);
    assert!(names(&site, &["cost", ""]).await.contains(&"payments".to_owned()));
    let questions = offered(&site, &["approve", ""]).await;
    let question = questions.iter().find(|(name, _)| *name == short(&held.escalation)).unwrap();
    assert!(question.1.starts_with("payout.create {"), "{question:?}");
    assert_eq!(names(&site, &["deny", "esc_"]).await, [held.escalation.as_str()]);
    assert_eq!(names(&site, &["get", "actions", "--run", "run_"]).await, [run.as_str()]);
    assert!(
        offered(&site, &["tail", "--run", ""])
            .await
            .contains(&(short(&run), "refund-decision case-1".to_owned()))
    );
    let scopes = names(&site, &["stop", ""]).await;
    for scope in
        ["all", "run:", "domain:payments", "service:refund-decision", "tool:refund-decision/payout.create"]
    {
        assert!(scopes.contains(&scope.to_owned()), "{scope}: {scopes:?}");
    }
    assert_eq!(names(&site, &["stop", "run:"]).await, ["run:".to_owned() + &short(&run)]);
    assert!(!names(&site, &["release", ""]).await.contains(&"service:refund-decision".to_owned()));
    assert_eq!(remit(&site, &["stop", "service:refund-decision", "--reason", "odd"]).await.code, 0);
    assert_eq!(names(&site, &["release", "serv"]).await, ["service:refund-decision"]);
    assert_eq!(names(&site, &["explain", "evidence_st"]).await, ["evidence_stale"]);
    assert_eq!(names(&site, &["schema", "get-esc"]).await, ["get-escalations"]);
    assert!(names(&site, &["get", "act"]).await.contains(&"actions".to_owned()), "verbs, too");

    let state = site.path().join("state/remit");
    fs::create_dir_all(&state).unwrap();
    let mut command = site.bare(REMIT.as_ref());
    fs::write(state.join("filters.json"), "{\"hot\":\"deny or stop\"}").unwrap();
    command.env("XDG_STATE_HOME", site.path().join("state")).env("REMIT_COMPLETE", "fish");
    let output = command.args(["--", "remit", "tail", "@"]).output().await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "@hot\tdeny or stop");
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let site = Site::new(REMITD).await;
    // It takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = "http://127.0.0.1:1".to_owned();
    for endpoint in [format!("http://{}", silent.local_addr().unwrap()), nobody] {
        let file = site.path().join("silent.toml");
        fs::write(&file, format!("environment = \"x\"\nendpoint = \"{endpoint}\"\ntoken = \"t\"\n")).unwrap();
        for words in [["stop", ""], ["cost", ""], ["approve", ""]] {
            let begun = Instant::now();
            let found = names(&site, &[&["--context", file.to_str().unwrap()], &words[..]].concat()).await;
            assert!(begun.elapsed().as_millis() < 500, "{words:?}: {:?}", begun.elapsed());
            assert!(!found.contains(&"service:refund-decision".to_owned()));
        }
    }
    assert_eq!(
        names(&site, &["blast", "", "--context", "nowhere.toml"]).await,
        names(&site, &["help", "blast", ""]).await
    );
}

/// What bash offers at the end of this line, by its own rules.
async fn bash(site: &Site, line: &str) -> Vec<String> {
    let script = format!(
        r#"source <("$0" completions bash)
COMP_LINE={line}; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9
words() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); }}
words {words}
_remit_complete "$0" "${{COMP_WORDS[COMP_CWORD]}}" x
printf '%s\n' "${{COMPREPLY[@]}}""#,
        line = quoted(line),
        words = broken(line).iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
    );
    let output = site.bare("bash".as_ref()).args(["-c", &script, REMIT]).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}

/// The words as bash breaks them: at blanks, and signs alone.
fn broken(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in line.chars() {
        let sign = |word: &String| word.chars().all(|c| ":=".contains(c)) && !word.is_empty();
        let last = words.last_mut().unwrap();
        match c {
            ' ' => words.push(String::new()),
            ':' | '=' if last.is_empty() || sign(last) => last.push(c),
            ':' | '=' => words.push(c.to_string()),
            _ if sign(last) => words.push(c.to_string()),
            _ => last.push(c),
        }
    }
    words
}

#[tokio::test]
async fn bash_completes_a_scope_as_one_word() {
    let (site, _remitd, _agent) = world().await;
    assert_eq!(bash(&site, "remit stop service:ref").await, ["refund-decision"]);
    assert_eq!(bash(&site, "remit stop service:").await, ["refund-decision"]);
    assert_eq!(bash(&site, "remit stop serv").await, ["service:refund-decision"]);
    assert_eq!(bash(&site, "remit cost --since=1h refund-d").await, ["refund-decision"]);
    assert_eq!(bash(&site, "remit get actions --service=refu").await, ["refund-decision"]);
    assert!(bash(&site, "remit get actions --service refund-decision ").await.contains(&"--run".to_owned()));
    assert_eq!(bash(&site, "remit stop service:refund-decision --reas").await, ["--reason"]);
}

#[tokio::test]
async fn each_shell_has_its_script() {
    let site = Site::new(REMITD).await;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = remit(&site, &["completions", shell]).await;
        assert!(script.code == 0 && script.out.contains("REMIT_COMPLETE"), "{script:?}");
        assert!(script.out.contains(REMIT), "it calls the program that has written it: {script:?}");
    }
    assert_eq!(remit(&site, &["completions", "tcsh"]).await.code, 2);
}
