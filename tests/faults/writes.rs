//! Faults in requests that write: keys left behind, guards, conditions, and what is put.

use super::document::{action, drop_where, kinds, list, pattern, step};
use super::{Fault, behaves, claims};
use serde_json::{Value as Json, json};

pub(super) const FAULTS: &[Fault] = &[
    behaves("an index key left stale by an update", "ledger", |p| {
        action(p, "amend", 0)["keys"] = json!([]);
    }),
    behaves(
        "one of several index keys left stale by an update",
        "members",
        |p| {
            list(&mut action(p, "change_email", 0)["keys"]).pop();
        },
    ),
    behaves(
        "an index key set where the item leaves the index",
        "shelves",
        |p| {
            action(p, "set_state", 0)["keys"][0]["do"] = json!("set");
        },
    ),
    behaves(
        "an index key removed where the item stays",
        "shelves",
        |p| {
            action(p, "move_book", 0)["keys"][0]["do"] = json!("remove");
        },
    ),
    // No pattern of the shop makes an order paid, so no run ships one: the checker alone can see this.
    claims(
        "an index key removed where a state moves the item",
        "shop",
        |p| {
            let keys = list(&mut action(p, "ship_order", 0)["keys"]);
            let set = keys.iter_mut().find(|k| k["do"] == "set");
            set.unwrap_or_else(|| panic!("no key is set"))["do"] = json!("remove");
        },
    ),
    behaves("an index key left of what is removed", "members", |p| {
        action(p, "forget", 0)["keys"] = json!([]);
    }),
    behaves("an index key made without what is there", "shelves", |p| {
        // The title is not read before the book is lost.
        action(p, "set_state", 0)["current"] = json!([]);
    }),
    behaves(
        "a derived attribute left stale by an update",
        "members",
        |p| {
            drop_where(&mut action(p, "change_email", 0)["set"], |s| {
                s["derived"] == true
            });
        },
    ),
    behaves("a guard not moved", "members", |p| {
        let actions = list(&mut step(p, "change_email", 0)["actions"]);
        actions.truncate(1);
        step(p, "change_email", 0)["call"] = json!("UpdateItem");
    }),
    behaves("the old guard kept", "members", |p| {
        drop_where(&mut step(p, "change_email", 0)["actions"], |a| {
            a["action"] == "delete"
        });
    }),
    behaves("the new guard not put", "members", |p| {
        drop_where(&mut step(p, "change_email", 0)["actions"], |a| {
            a["action"] == "put"
        });
    }),
    behaves("the guard kept of an item that goes", "members", |p| {
        drop_where(&mut step(p, "leave", 0)["actions"], |a| !a["of"].is_null());
        step(p, "leave", 0)["call"] = json!("DeleteItem");
    }),
    behaves("no guard at all", "members", |p| {
        kinds(p, "Member").pop();
        for name in ["join", "change_email", "leave"] {
            drop_where(&mut step(p, name, 0)["actions"], |a| !a["of"].is_null());
        }
    }),
    behaves("a guard put without its condition", "members", |p| {
        action(p, "join", 1)["condition"] = json!([]);
    }),
    behaves("another failure of a guard", "shop", |p| {
        action(p, "register_customer", 1)["condition"][0]["failure"] = json!("exists");
    }),
    behaves("a create over what is there", "shelves", |p| {
        action(p, "add_book", 0)["condition"] = json!([]);
    }),
    behaves("an update of what is not there", "ledger", |p| {
        action(p, "deposit", 0)["condition"] = json!([]);
    }),
    behaves("a condition of the design dropped", "members", |p| {
        drop_where(&mut action(p, "reward", 0)["condition"], |c| {
            c["failure"] == "condition"
        });
    }),
    behaves("a condition that is open where it is closed", "shop", |p| {
        action(p, "place_order", 2)["condition"][1]["op"] = json!(">");
    }),
    behaves("a check left out of a transaction", "members", |p| {
        drop_where(&mut step(p, "sign_in", 0)["actions"], |a| {
            a["action"] == "check"
        });
    }),
    behaves("an action not repeated", "shop", |p| {
        action(p, "place_order", 1)["times"] = Json::Null;
    }),
    behaves("added what is to be taken away", "shop", |p| {
        action(p, "place_order", 2)["add"][0]["negate"] = json!(false);
    }),
    behaves("a counter set instead of added to", "members", |p| {
        let visit = action(p, "visit", 0);
        let added = list(&mut visit["add"]).remove(0);
        list(&mut visit["set"]).push(added);
    }),
    behaves("a counter that counts twice", "members", |p| {
        action(p, "visit", 0)["add"][0]["value"] = json!(2);
    }),
    behaves("an upsert that must find its item", "members", |p| {
        action(p, "visit", 0)["upsert"] = json!(false);
        let exists = json!({ "attribute": "PK", "op": "exists", "failure": "not_found" });
        list(&mut action(p, "visit", 0)["condition"]).push(exists);
    }),
    behaves("an attribute not written", "shelves", |p| {
        drop_where(&mut action(p, "lend", 0)["values"], |v| {
            v["attribute"] == "note"
        });
    }),
    behaves("a constant not written", "members", |p| {
        drop_where(&mut action(p, "join", 0)["values"], |v| {
            v["attribute"] == "points"
        });
    }),
    behaves("before returned for after", "members", |p| {
        action(p, "reward", 0)["return"] = json!(["plan"]);
    }),
    behaves("a create beside what is over its time", "members", |p| {
        let missing = json!({ "attribute": "PK", "op": "missing", "failure": "exists" });
        action(p, "start", 0)["condition"] = json!([missing]);
    }),
    behaves(
        "found by less than is asked for, then deleted",
        "members",
        |p| {
            // Sessions on all devices of the member end.
            let found = &mut pattern(p, "end_device")["steps"][0]["sort"][0]["begins_with"];
            list(found).truncate(1);
            let deleted = &mut step(p, "end_device", 1)["actions"][0]["condition"];
            drop_where(deleted, |c| c["attribute"] == "device");
        },
    ),
    behaves("an update by another key", "ledger", |p| {
        action(p, "deposit", 0)["key"]["sort"][0]["equals"][0]["literal"] = json!("ACCOUNT#");
    }),
];
