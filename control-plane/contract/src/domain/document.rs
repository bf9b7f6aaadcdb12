//! The keys of a domain's file, one by one, whatever is wrong with the others.

use remit_core::{
    Backtest, DomainName, allowance::Allowance, practice::Cadence, radius::Radius, throttle::Throttle,
    tripwire::Tripwire,
};

use super::{practice, throttle};
use crate::{
    Auth, Reach, Upstream,
    document::{allowance, domain_name, form, lifting, radius, tripwire},
    problem::{Problems, Spot, nearest},
    read::{
        Fields,
        scalar::{currency, text},
    },
    upstream::check_url,
    yaml::{Kind, Node},
};

/// What the document says, and where.
pub(super) struct Domain {
    pub(super) name: Spot<DomainName>,
    pub(super) currency: Spot<String>,
    pub(super) backtest: Spot<Backtest>,
    pub(super) allowance: Allowance,
    pub(super) throttle: Throttle,
    pub(super) blast_radius: Vec<Radius>,
    pub(super) tripwires: Vec<Tripwire>,
    pub(super) webhook: Option<Spot<Upstream>>,
    pub(super) release_by_two: bool,
    pub(super) practice: Option<Cadence>,
}

/// Keys that nothing enforces yet.
const LATER: &[&str] = &["groups", "on_call"];

pub(super) fn read(root: &Node, problems: &Problems) -> Option<Domain> {
    let fields = Fields::of(root, "the domain's file", problems)?;
    fields.later(LATER);
    said_elsewhere(root, problems);
    let form = fields.need("domain").and_then(|node| form(node, "domain", problems));
    let name = fields.need("name").and_then(|node| at(node, domain_name(node, "name", problems)));
    let currency = fields.need("currency").and_then(|node| at(node, currency(node, "currency", problems)));
    let backtest = fields.need("backtest").and_then(|node| at(node, read_backtest(node, problems)));
    let allowance = fields
        .get("cost")
        .map_or(Some(Allowance::default()), |node| allowance::read(node, "cost", false, problems));
    let throttle =
        fields.get("throttle").map_or(Some(Throttle::default()), |node| throttle::read(node, problems));
    let blast_radius = fields
        .get("blast_radius")
        .map_or(Some(Vec::new()), |node| radius::rules(&radius::read(node, "blast_radius", problems)?));
    let tripwires =
        fields.get("tripwires").map_or(Some(Vec::new()), |node| tripwire::read(node, "tripwires", problems));
    let webhook = fields.get("notify").map_or(Some(None), |node| read_notify(node, problems).map(Some));
    let release_by_two = fields.get("release").map_or(Some(false), |node| lifting::read(node, problems));
    let practice = fields.get("practice").map_or(Some(None), |node| practice::read(node, problems).map(Some));
    fields.end();
    form?;
    Some(Domain {
        name: name?,
        currency: currency?,
        backtest: backtest?,
        allowance: allowance?,
        throttle: throttle?,
        blast_radius: blast_radius?,
        tripwires: tripwires?,
        webhook: webhook?,
        release_by_two: release_by_two?,
        practice: practice?,
    })
}

fn at<T>(node: &Node, value: Option<T>) -> Option<Spot<T>> {
    value.map(|value| Spot { value, place: node.place })
}

/// Always written out, so that a line that got lost does not mean less than what stood there.
fn read_backtest(node: &Node, problems: &Problems) -> Option<Backtest> {
    const CHOICES: [Backtest; 2] = [Backtest::None, Backtest::Required];
    let text = text(node, "backtest", problems)?;
    CHOICES.into_iter().find(|choice| choice.as_str() == text).or_else(|| {
        let remedy = match nearest(&text, CHOICES.map(Backtest::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "choose `required` or `none`".to_owned(),
        };
        problems.note(node.place, format!("backtest `{text}` is not known"), remedy)
    })
}

/// `{ webhook: URL }`. It is our own people's, so it may be anywhere.
fn read_notify(node: &Node, problems: &Problems) -> Option<Spot<Upstream>> {
    let fields = Fields::of(node, "notify", problems)?;
    let webhook = fields.need("webhook").and_then(|node| {
        let url = text(node, "notify.webhook", problems)?;
        if let Err(wrong) = check_url(&url) {
            return problems.note(
                node.place,
                format!("notify.webhook `{url}` is not an address: {wrong}"),
                "write for instance `\"${ALERTS_URL}\"`, a variable of the control plane, which may hold more",
            );
        }
        let reach = Reach { private: true, redirects: 0 };
        let value = Upstream { url, auth: Auth::None, reach, speaks: None };
        Some(Spot { value, place: node.place })
    });
    fields.end();
    webhook
}

/// Approvals hold for the whole control plane, since they say where its versions come from.
fn said_elsewhere(root: &Node, problems: &Problems) {
    let Kind::Map(entries) = &root.kind else { return };
    for entry in entries.iter().filter(|entry| entry.key == "approval") {
        problems.note_only(
            entry.place,
            "`approval` is not said by a domain's file",
            "remove it, and start remitd with `--approval required`",
        );
    }
}
