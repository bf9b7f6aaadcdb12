//! What happens in the demo: cases drawn from a seed, each with its own plot.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde_json::{Value, json};

#[cfg(test)]
mod tests;

/// Every so many rounds a payment is made whose answer never comes: each leaves work for a person.
const ROUNDS_BETWEEN_DOUBTS: u32 = 4;
const ANYWHERE: [(&str, &str); 3] = [("EUR", "EU"), ("GBP", "UK"), ("USD", "US")];
const DEPARTMENTS: [&str; 4] = ["engineering", "finance", "sales", "support"];
const FIRST_NAMES: [&str; 8] = ["Ada", "Bruno", "Chidi", "Dunja", "Emeka", "Farah", "Goran", "Hanne"];
const LAST_NAMES: [&str; 8] =
    ["Abel", "Brandt", "Costa", "Diallo", "Eriksen", "Fontaine", "Garcia", "Haddad"];

/// How a refund case goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RefundPlot {
    /// Reads, checks, pays.
    Plain,
    /// More than 200.00.
    AboveLimit,
    /// 100.00 and more in the EU.
    EuReview,
    /// Thinks for so long that the check is stale.
    Dawdles,
    /// Pays before it has checked.
    SkipsCheck,
    /// Guesses the currency.
    WrongCurrency,
    /// A mail names another account, and the agent believes it.
    ForeignAccount,
    /// Tries to pay many at once with a tool that is forbidden.
    BulkPayout,
    /// Reads the same thing over and over.
    Loops,
    /// Reads two things in turn, over and over.
    Circles,
    /// Guesses at numbers of sales that there are not.
    Guesses,
    /// Is about less than what a refund costs.
    TooSmall,
    /// Writes note after note in a run that may make few calls.
    Chatters,
    /// Wants three refunds in one case that may have two.
    ThreeOrders,
    /// The payment is made, and the answer is lost.
    AnswerLost,
    /// The rule engine says no.
    NotEligible,
    /// The sale was never settled.
    NotSettled,
    /// The amount is a text.
    AmountAsText,
    /// Was refunded before, in another case.
    Twice,
    /// Writes to the customer as well, which cannot be undone.
    Apology,
}

/// How an access case goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AccessPlot {
    /// A role of the employee's own department.
    Plain,
    /// A role that opens much.
    Privileged,
    /// A role that is meant for others.
    ForeignRole,
    /// Somebody who has left.
    FormerEmployee,
    /// Tries to make a role of its own.
    NewRole,
    /// Looks at one role after the other, and grants none.
    Wanders,
    /// Has a model think without end.
    Ponders,
    /// Sends a model a whole manual.
    Pastes,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plot {
    Refund(RefundPlot),
    Access(AccessPlot),
}

/// The first cases, so that even a short demo has something to approve, to deny and to undo.
/// The runaways are among them, each stopped by another rule; refunds first, since those are stopped as a whole soon.
const OPENING: [Plot; 17] = [
    Plot::Refund(RefundPlot::AboveLimit),
    Plot::Refund(RefundPlot::Plain),
    Plot::Access(AccessPlot::Plain),
    Plot::Refund(RefundPlot::EuReview),
    Plot::Refund(RefundPlot::Loops),
    Plot::Refund(RefundPlot::ThreeOrders),
    Plot::Refund(RefundPlot::Circles),
    Plot::Refund(RefundPlot::Guesses),
    Plot::Refund(RefundPlot::TooSmall),
    Plot::Refund(RefundPlot::Chatters),
    Plot::Refund(RefundPlot::SkipsCheck),
    Plot::Refund(RefundPlot::AboveLimit),
    Plot::Access(AccessPlot::Wanders),
    Plot::Access(AccessPlot::Ponders),
    Plot::Access(AccessPlot::Pastes),
    Plot::Refund(RefundPlot::Plain),
    Plot::Access(AccessPlot::Privileged),
];

/// One round of plots, shuffled anew each time. Most cases are plain.
const ROUND: [Plot; 37] = [
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::Plain),
    Plot::Refund(RefundPlot::AboveLimit),
    Plot::Refund(RefundPlot::EuReview),
    Plot::Refund(RefundPlot::Dawdles),
    Plot::Refund(RefundPlot::SkipsCheck),
    Plot::Refund(RefundPlot::WrongCurrency),
    Plot::Refund(RefundPlot::ForeignAccount),
    Plot::Refund(RefundPlot::BulkPayout),
    Plot::Refund(RefundPlot::Loops),
    Plot::Refund(RefundPlot::Circles),
    Plot::Refund(RefundPlot::Guesses),
    Plot::Refund(RefundPlot::TooSmall),
    Plot::Refund(RefundPlot::Chatters),
    Plot::Refund(RefundPlot::ThreeOrders),
    Plot::Refund(RefundPlot::AnswerLost),
    Plot::Refund(RefundPlot::NotEligible),
    Plot::Refund(RefundPlot::NotSettled),
    Plot::Refund(RefundPlot::AmountAsText),
    Plot::Refund(RefundPlot::Twice),
    Plot::Refund(RefundPlot::Apology),
    Plot::Access(AccessPlot::Plain),
    Plot::Access(AccessPlot::Plain),
    Plot::Access(AccessPlot::Plain),
    Plot::Access(AccessPlot::Privileged),
    Plot::Access(AccessPlot::ForeignRole),
    Plot::Access(AccessPlot::FormerEmployee),
    Plot::Access(AccessPlot::NewRole),
    Plot::Access(AccessPlot::Wanders),
    Plot::Access(AccessPlot::Ponders),
    Plot::Access(AccessPlot::Pastes),
];

/// Something that was sold once; what a refund is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sale {
    /// Its identity at the payments company.
    pub(crate) id: String,
    /// Who bought.
    pub(crate) customer_id: String,
    /// What was paid, in cents.
    pub(crate) amount_minor: i64,
    /// Three letters.
    pub(crate) currency: &'static str,
    /// `US`, `UK` or `EU`.
    pub(crate) region: &'static str,
    /// From where it was paid.
    pub(crate) account: String,
    /// `settled`, or `pending`.
    pub(crate) status: &'static str,
    /// What the rule engine says of a refund.
    pub(crate) eligible: bool,
    /// Whether a payment for it is answered; it is made in either case.
    pub(crate) answers: bool,
}

/// Somebody who wants a role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Employee {
    /// Its identity in the directory.
    pub(crate) id: String,
    /// First and last name.
    pub(crate) name: String,
    /// Where the person works.
    pub(crate) department: &'static str,
    /// False when the person has left.
    pub(crate) active: bool,
}

/// What a case is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// Money back for what was sold.
    Refund(RefundPlot, Vec<Sale>),
    /// A role for somebody.
    Access(AccessPlot, Employee, &'static str),
}

/// The face through which an agent works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Face {
    /// The Model Context Protocol.
    Mcp,
    /// gRPC.
    Grpc,
}

/// One case: one run of one service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Case {
    /// The run's name.
    pub(crate) name: String,
    /// How its agent reaches its tools.
    pub(crate) face: Face,
    /// What it is about.
    pub(crate) subject: Subject,
}

impl Case {
    /// The service that works on it.
    pub(crate) const fn service(&self) -> &'static str {
        match self.subject {
            Subject::Refund(..) => super::REFUNDS,
            Subject::Access(..) => super::ACCESS,
        }
    }

    /// The workflow of the contract that it is an instance of; empty where the contract has none.
    pub(crate) const fn workflow(&self) -> &'static str {
        match self.subject {
            Subject::Refund(RefundPlot::Chatters, _) => "enquiry",
            Subject::Refund(..) => "refund",
            Subject::Access(..) => "",
        }
    }

    /// What was asked for, as the portal hands it over when it starts the run.
    pub(crate) fn request(&self) -> Value {
        match &self.subject {
            Subject::Refund(_, sales) => {
                let sales: Vec<&str> = sales.iter().map(|sale| &*sale.id).collect();
                json!({ "ticket": self.name, "transactions": sales })
            }
            Subject::Access(_, employee, role) => {
                json!({ "ticket": self.name, "employee_id": employee.id, "role": role })
            }
        }
    }

    /// True when it will wait for a person, as far as the plot goes.
    pub(crate) const fn needs_a_person(&self) -> bool {
        match &self.subject {
            Subject::Refund(plot, _) => {
                matches!(plot, RefundPlot::AboveLimit | RefundPlot::EuReview | RefundPlot::Apology)
            }
            Subject::Access(plot, ..) => matches!(plot, AccessPlot::Privileged | AccessPlot::ForeignRole),
        }
    }
}

/// An endless supply of cases; the same seed gives the same cases.
#[derive(Debug)]
pub(crate) struct Deck {
    rng: StdRng,
    number: u64,
    round: u32,
    left: Vec<Plot>,
    refunded: Option<Sale>,
}

impl Deck {
    /// The deck of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let left = OPENING.iter().rev().copied().collect();
        Self { rng: StdRng::seed_from_u64(seed), number: 0, round: 0, left, refunded: None }
    }

    fn draw(&mut self) -> Plot {
        loop {
            if let Some(plot) = self.left.pop() {
                let doubtful = plot == Plot::Refund(RefundPlot::AnswerLost);
                // The first round is number 1.
                if !doubtful || self.round % ROUNDS_BETWEEN_DOUBTS == 1 {
                    return plot;
                }
            } else {
                self.round = self.round.saturating_add(1);
                self.left.extend(ROUND);
                self.left.shuffle(&mut self.rng);
            }
        }
    }

    /// The next case.
    pub(crate) fn deal(&mut self) -> Case {
        let plot = self.draw();
        self.number = self.number.saturating_add(1);
        let face = if self.rng.random_ratio(1, 4) { Face::Grpc } else { Face::Mcp };
        let subject = match plot {
            Plot::Refund(plot) => Subject::Refund(plot, self.sales(plot)),
            Plot::Access(plot) => self.access(plot),
        };
        Case { name: format!("case-{:04}", self.number), face, subject }
    }

    fn sales(&mut self, plot: RefundPlot) -> Vec<Sale> {
        if plot == RefundPlot::Twice
            && let Some(sale) = self.refunded.clone()
        {
            return vec![sale];
        }
        let customer: u32 = self.rng.random_range(1..=400);
        let orders = if plot == RefundPlot::ThreeOrders { 3 } else { 1 };
        let sales: Vec<Sale> = (1..=orders).map(|order| self.sale(plot, customer, order)).collect();
        if plot == RefundPlot::Plain {
            self.refunded = sales.first().cloned();
        }
        sales
    }

    fn sale(&mut self, plot: RefundPlot, customer: u32, order: u32) -> Sale {
        let (currency, region) = if matches!(plot, RefundPlot::EuReview | RefundPlot::WrongCurrency) {
            ("EUR", "EU")
        } else if plot == RefundPlot::AboveLimit {
            ("USD", "US")
        } else {
            ANYWHERE.get(self.rng.random_range(0..ANYWHERE.len())).copied().unwrap_or(("USD", "US"))
        };
        let amount_minor = if plot == RefundPlot::AboveLimit {
            self.rng.random_range(20_500..=89_900)
        } else if plot == RefundPlot::EuReview {
            self.rng.random_range(10_000..=19_900)
        } else if plot == RefundPlot::TooSmall {
            30
        } else {
            self.rng.random_range(490..=9_900)
        };
        Sale {
            id: format!("tx-{:04}-{order}", self.number),
            customer_id: format!("cus-{customer:03}"),
            amount_minor,
            currency,
            region,
            account: format!("acc-{customer:03}"),
            status: if plot == RefundPlot::NotSettled { "pending" } else { "settled" },
            eligible: plot != RefundPlot::NotEligible,
            answers: plot != RefundPlot::AnswerLost,
        }
    }

    fn access(&mut self, plot: AccessPlot) -> Subject {
        let department = pick(&mut self.rng, &DEPARTMENTS);
        let employee = Employee {
            id: format!("emp-{:04}", self.number),
            name: format!("{} {}", pick(&mut self.rng, &FIRST_NAMES), pick(&mut self.rng, &LAST_NAMES)),
            department,
            active: plot != AccessPlot::FormerEmployee,
        };
        Subject::Access(plot, employee, super::desk::role_for(plot, department))
    }
}

fn pick(rng: &mut StdRng, from: &[&'static str]) -> &'static str {
    let at = rng.random_range(0..from.len());
    from.get(at).copied().unwrap_or_default()
}
