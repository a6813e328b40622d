//! pgbench's script for a strategy, from the statements that the strategy itself sends.

use anyhow::{Result, bail};
use lockbench::model::load::Load;
use lockbench::model::order::Order;
use lockbench::model::strategy::{Dispatch, Guard, Layout, Plan, Read, Write};
use lockbench::purchase::explain::{Sent, overhear_order};
use lockbench::run::Shop;

/// Units of each item while the strategy is overheard.
const STOCK: i64 = 1_000;

/// The purchase that is overheard. No two of its numbers are alike, so that each bound value
/// tells by itself what it stands for.
const ORDER: Order = Order {
    key: 7_001,
    item: 3,
    quantity: 2,
};

/// What each bound value stands for.
const MEANING: [(i64, &str); 6] = [
    (ORDER.key, ":key"),
    (ORDER.item, ":item"),
    (ORDER.quantity, ":quantity"),
    (-ORDER.quantity, ":delta"),
    (STOCK - ORDER.quantity, ":left"),
    (0, ":version"),
];

/// Draws the order as lockbench does: numbers of all clients in turns, an item by chance.
const DRAW: &str = "\
\\set n :n + 1
\\set key (:n - 1) * :clients + :client_id + 1
\\set item random(1, :items)
";

/// Writes the script that does what `plan` does.
///
/// # Errors
/// pgbench has no means for it: it knows no lock in this process, ends a client whose statement
/// is refused a lock (SQLSTATE 55P03), and does not see how many rows an UPDATE has changed.
pub(crate) fn script(shop: &mut Shop<'_>, plan: Plan) -> Result<String> {
    let can_guard = matches!(plan.guard, Guard::None | Guard::Advisory);
    let can_read = matches!(
        plan.read,
        Read::None | Read::Plain | Read::ForShare | Read::ForUpdate
    );
    let is_plain = plan.layout == Layout::OneRow
        && matches!(plan.dispatch, Dispatch::Statements | Dispatch::Procedure);
    if !can_guard || !can_read || !is_plain {
        bail!("pgbench has no means for {plan}");
    }
    let load = Load {
        items: ORDER.item,
        stock: STOCK,
        ..Load::default()
    };
    shop.ready_for(&plan)?;
    shop.restart(&load)?;
    let sent = overhear_order(shop.connection(), plan, ORDER)?;
    let mut lines = vec![DRAW.trim_end().to_owned()];
    // What is held outside the transaction is given back in any case.
    let purchase = sent.iter().position(is_decision).unwrap_or(0);
    let last = sent.iter().rposition(is_insert).unwrap_or(sent.len());
    for (index, statement) in sent.iter().enumerate() {
        let sql = with_variables(statement, plan.write == Write::IfVersion)?;
        if is_decision(statement) && plan.read != Read::None {
            lines.push("\\if :stock >= :quantity".to_owned());
            lines.push("\\set left :stock - :quantity".to_owned());
        } else if is_decision(statement) {
            // The UPDATE itself is the check.
        } else if sql.starts_with("SELECT") && index < purchase && sql.contains("stock") {
            lines.push(format!("{sql} \\gset"));
        } else if sql.starts_with("UPDATE") && plan.write == Write::IfVersion {
            lines.push("\\set written -1".to_owned());
            lines.push(format!("{sql} RETURNING version AS written \\aset"));
            lines.push("\\if :written >= 0".to_owned());
        } else {
            lines.push(format!("{sql};"));
        }
        if index == last && plan.write == Write::IfVersion {
            lines.push("\\endif".to_owned());
        }
        if index == last && plan.read != Read::None {
            lines.push("\\endif".to_owned());
        }
    }
    Ok(lines.join("\n") + "\n")
}

fn is_decision(statement: &Sent) -> bool {
    statement.text == "-- decide"
}

fn is_insert(statement: &Sent) -> bool {
    statement.text.starts_with("INSERT")
}

/// The statement with variables in the place of its bound values. Whoever asks for no version
/// means something else by a 0.
fn with_variables(statement: &Sent, asks_for_version: bool) -> Result<String> {
    let mut sql = statement.text.clone();
    let values = statement.binds.trim_matches(['[', ']']).split(", ");
    let values: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
    // From the last, so that $1 is not found in $10.
    for (index, value) in values.iter().enumerate().rev() {
        let number: i64 = value.parse()?;
        let meaning = MEANING
            .iter()
            .filter(|(_, variable)| asks_for_version || *variable != ":version")
            .find(|(known, _)| *known == number);
        let variable = meaning.map_or((*value).to_owned(), |(_, variable)| (*variable).to_owned());
        sql = sql.replace(&format!("${}", index + 1), &variable);
    }
    Ok(sql)
}
