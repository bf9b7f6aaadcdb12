//! What the README and the guides show is run, line by line, against a real control plane.

use std::{fs, os::unix::fs::symlink, path::Path};

use remit_proto::v1::ActionStatus;
use remit_tests::{client::Agent, contracts, site::Site};

use super::{REMIT, REMITD};

/// The texts, and how many commands each has at least.
const TEXTS: [(&str, usize); 5] = [
    ("README.md", 7),
    ("docs/filter.md", 4),
    ("docs/operators.md", 12),
    ("docs/approvers.md", 4),
    ("docs/command-line.md", 11),
];

/// The commands of a text that begin so, without prompts and remarks.
fn commands(text: &str, beginning: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(text)).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("$ "));
    let commands = lines.map(|line| line.split("  #").next().unwrap().trim().to_owned());
    commands.filter(|line| line.starts_with(beginning)).collect()
}

/// A folder with the programs under their own names, for the shell.
fn programs(site: &Site) -> String {
    let folder = site.path().join("bin");
    fs::create_dir(&folder).unwrap();
    symlink(REMIT, folder.join("remit")).unwrap();
    symlink(REMITD, folder.join("remitd")).unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

/// Puts something real where the README has a placeholder.
async fn fill(line: &str, case: usize, agent: &mut Agent) -> String {
    let run = agent.run(&format!("case-{case}")).await;
    if line.contains("ESCALATION") {
        let held = agent.refund(&run, &format!("US-50000-{case}"), 30_000).await;
        assert_eq!(held.status(), ActionStatus::Held, "{held:?}");
        return line.replace("ESCALATION", &held.escalation);
    }
    if line.contains("RUN") {
        let paid = agent.refund(&run, &format!("US-500-{case}"), 500).await;
        assert_eq!(paid.status(), ActionStatus::Succeeded, "{paid:?}");
    }
    line.replace("RUN", &run)
}

#[tokio::test]
async fn every_command_works_as_it_stands_there() {
    let site = Site::new(REMITD).await;
    // What it drills is in the scenarios.
    site.contracts.ship(contracts::REFUNDS);
    site.contracts.edit("fresh_for: 2s", "fresh_for: 60s");
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    // The colleague whom the guides name.
    operator.person_token("lena", &["payments-risk"]).await;
    let path = programs(&site);
    let lines: Vec<_> = TEXTS
        .iter()
        .flat_map(|(text, fewest)| {
            let lines = commands(text, "remit ");
            assert!(*fewest <= lines.len(), "the commands of {text} were not found: {lines:?}");
            lines
        })
        .collect();
    // What stands in two texts is done once: a key is made once.
    let first = |case: usize, line: &String| lines.iter().position(|other| other == line) == Some(case);
    for (case, line) in lines.iter().enumerate().filter(|(case, line)| first(*case, line)) {
        let line = fill(line, case, &mut agent).await;
        // These go on until they are interrupted.
        let goes_on = [" tail", " --watch", " -w"].iter().any(|word| line.contains(word));
        let script = if goes_on { format!("timeout -s INT 1 {line}") } else { line };
        let mut shell = site.bare("sh".as_ref());
        shell.env("PATH", &path).current_dir(contracts::shipped().join("../..")).args(["-c", &script]);
        let output = shell.output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // What `timeout` has ended answers with 124.
        assert!(matches!(output.status.code(), Some(0 | 124)), "{script}: {:?}\n{said}", output.status);
        // Where the text does not let go again itself.
        let lets_go = lines.iter().skip(case).take(4).any(|line| line.starts_with("remit release"));
        if script.starts_with("remit stop") && !lets_go {
            operator.release("service:refund-decision").await;
        }
    }
}
