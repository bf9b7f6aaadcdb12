//! How far an upstream may be reached: on a private network or not, over how many redirects.

use crate::{
    problem::Problems,
    read::{Fields, scalar::count},
    upstream::{MOST_REDIRECTS, Reach},
    yaml::{Kind, Node},
};

/// Reads the keys of an upstream that say so.
pub(super) fn read(fields: &Fields<'_>, problems: &Problems) -> Option<Reach> {
    let private = fields.get("private").map_or(Some(false), |node| read_private(node, problems));
    let redirects = fields.get("redirects").map_or(Some(0), |node| read_redirects(node, problems));
    Some(Reach { private: private?, redirects: redirects? })
}

fn read_private(node: &Node, problems: &Problems) -> Option<bool> {
    match &node.kind {
        Kind::Scalar { text, quoted: false } if text == "true" => Some(true),
        Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => problems.note(
            node.place,
            "private is not `true`",
            "write `private: true` for a host on this machine or on a private network, or remove it",
        ),
    }
}

fn read_redirects(node: &Node, problems: &Problems) -> Option<u32> {
    let redirects = count(node, "redirects", problems)?;
    if redirects <= MOST_REDIRECTS {
        return Some(redirects);
    }
    problems.note(
        node.place,
        format!("redirects `{redirects}` is more than {MOST_REDIRECTS}"),
        format!("write at most {MOST_REDIRECTS}, or the address at which it ends"),
    )
}
