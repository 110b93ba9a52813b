//! Plans broken on purpose: each must be reported.
//!
//! Says that the comparison is sharp, not that it is right: for that the unbroken plans must agree.

#![expect(clippy::panic, reason = "a test fails by a panic")]

use super::{BLOG, LOGIN, STORE, WALL, check_design};
use serde_json::{Value as Json, json};

type Break = (&'static str, fn(&mut Json));

/// The entry of a list with this name.
fn named<'a>(plan: &'a mut Json, list: &str, name: &str) -> &'a mut Json {
    let entries = plan[list].as_array_mut();
    let found = entries.into_iter().flatten().find(|e| e["name"] == name);
    found.unwrap_or_else(|| panic!("the plan has no `{name}` in its {list}"))
}

fn step<'a>(plan: &'a mut Json, pattern: &str) -> &'a mut Json {
    &mut named(plan, "patterns", pattern)["steps"][0]
}

fn action<'a>(plan: &'a mut Json, pattern: &str, place: usize) -> &'a mut Json {
    &mut step(plan, pattern)["actions"][place]
}

/// The key entry of an entity's kind.
fn keys<'a>(plan: &'a mut Json, entity: &str, kind: usize, place: usize) -> &'a mut Json {
    &mut named(plan, "entities", entity)["kinds"][kind]["keys"][place]
}

fn list(json: &mut Json) -> &mut Vec<Json> {
    json.as_array_mut()
        .unwrap_or_else(|| panic!("no list to break"))
}

/// Each break must change the plan and be reported by one of a few seeds.
fn each_is_reported(design: (&str, &str), breaks: &[Break]) {
    let plan: Json = serde_json::from_str(design.1).unwrap_or_else(|e| panic!("{e}"));
    let mut passed = Vec::new();
    for (name, change) in breaks {
        let mut broken = plan.clone();
        change(&mut broken);
        assert_ne!(broken, plan, "`{name}` changes nothing");
        let text = broken.to_string();
        let found = (1..=8).find_map(|seed| check_design(design.0, &text, seed, 3, 100).err());
        if found.is_none() {
            passed.push(*name);
        }
    }
    assert!(passed.is_empty(), "not reported: {passed:?}");
}

#[test]
fn a_broken_blog_is_reported() {
    each_is_reported(
        BLOG,
        &[
            ("two segments swapped", |p| {
                list(&mut keys(p, "Post", 0, 1)["sort"][0]["segments"]).swap(0, 2);
            }),
            ("a terminator dropped", |p| {
                drop(list(&mut keys(p, "Author", 0, 0)["partition"][0]["segments"]).pop());
            }),
            ("read in the other direction", |p| {
                step(p, "author_and_posts")["forward"] = json!(true);
            }),
            ("shards read in the other direction", |p| {
                step(p, "latest_live")["forward"] = json!(true);
            }),
            ("only_when dropped", |p| {
                keys(p, "Post", 0, 1)["only_when"] = Json::Null;
            }),
            ("no room for the author", |p| {
                step(p, "author_and_posts")["limit"] = json!(10);
            }),
            ("a guard's action dropped", |p| {
                drop(list(&mut step(p, "add_author")["actions"]).pop());
            }),
            ("the guard itself dropped", |p| {
                list(&mut named(p, "entities", "Author")["kinds"]).pop();
                list(&mut step(p, "add_author")["actions"]).pop();
            }),
            ("the keys of publish dropped", |p| {
                action(p, "publish", 0)["keys"] = json!([]);
            }),
            ("the keys of publish removed", |p| {
                action(p, "publish", 0)["keys"][0]["do"] = json!("remove");
            }),
            ("a shard not asked", |p| {
                step(p, "latest_live")["for_each"][0]["count"] = json!(1);
            }),
            ("a shard more in the key", |p| {
                keys(p, "Post", 0, 1)["partition"][0]["segments"][1]["shard"]["count"] = json!(3);
            }),
            ("the shards not merged", |p| {
                step(p, "latest_live")["merge"] = Json::Null;
            }),
            ("the shards merged upside down", |p| {
                step(p, "latest_live")["merge"][0]["descending"] = json!(false);
            }),
            ("a projection too narrow", |p| {
                p["tables"][0]["indexes"][0]["projection"] =
                    json!({ "type": "INCLUDE", "attributes": ["_type", "state"] });
            }),
            ("keys only", |p| {
                p["tables"][0]["indexes"][0]["projection"] =
                    json!({ "type": "KEYS_ONLY", "attributes": [] });
            }),
            ("no condition that the post is there", |p| {
                drop(list(&mut action(p, "publish", 0)["condition"]).remove(0));
            }),
            ("no condition that the post is a draft", |p| {
                drop(list(&mut action(p, "publish", 0)["condition"]).pop());
            }),
            ("another failure", |p| {
                action(p, "add_author", 1)["condition"][0]["failure"] = json!("exists");
            }),
            ("a counter that counts twice", |p| {
                action(p, "add_post", 1)["add"][0]["value"] = json!(2);
            }),
            ("a post without discriminator", |p| {
                named(p, "entities", "Post")["kinds"][0]["discriminator"] = Json::Null;
            }),
            ("text that is not escaped", |p| {
                keys(p, "Post", 0, 1)["sort"][0]["segments"][2]["encoding"] = json!("raw");
            }),
            ("another literal in the request", |p| {
                step(p, "author_and_posts")["partition"][0]["segments"][0]["literal"] =
                    json!("AUTHOR");
            }),
            ("a parameter of another name", |p| {
                named(p, "patterns", "add_author")["parameters"][1]["name"] = json!("nick");
            }),
        ],
    );
}

#[test]
fn a_broken_store_is_reported() {
    each_is_reported(
        STORE,
        &[
            ("a bound that is open", |p| {
                let bound = &mut step(p, "products_in_category")["sort"][0]["else"]["then"];
                *bound = json!({ "lt": bound["le"] });
            }),
            ("an upper bound without what lies under it", |p| {
                list(&mut step(p, "orders_on_day")["sort"][0]["between"][1]["then"]).pop();
            }),
            ("a partition without a terminator", |p| {
                for place in [0, 1] {
                    drop(
                        list(&mut step(p, "orders_of_customer")["partition"][0]["segments"])
                            .remove(2 * place),
                    );
                }
            }),
            ("the old guard kept", |p| {
                drop(list(&mut step(p, "change_email")["actions"]).remove(1));
            }),
            ("the new guard not written", |p| {
                drop(list(&mut step(p, "change_email")["actions"]).pop());
            }),
            ("the guard kept of a customer that goes", |p| {
                drop(list(&mut step(p, "remove_customer")["actions"]).pop());
            }),
            ("current not read", |p| {
                action(p, "set_status", 0)["current"] = json!(["placed_at"]);
            }),
            ("always in the index of open orders", |p| {
                action(p, "set_status", 0)["keys"][0]["do"] = json!("set");
            }),
            ("keys of a status left as they are", |p| {
                drop(list(&mut action(p, "set_status", 0)["keys"]).pop());
            }),
            ("a condition that is open", |p| {
                action(p, "place_order", 2)["condition"][1]["op"] = json!(">");
            }),
            ("added instead of subtracted", |p| {
                action(p, "place_order", 2)["add"][0]["negate"] = json!(false);
            }),
            ("only the first item", |p| {
                action(p, "place_order", 1)["times"] = Json::Null;
            }),
            ("a status not asked", |p| {
                list(&mut named(p, "patterns", "orders_of_customer")["steps"][1]["for_each"][0]["values"]).pop();
            }),
            ("a status too many in the count", |p| {
                list(&mut step(p, "count_open")["for_each"][0]["values"]).push(json!("shipped"));
            }),
            ("nothing followed", |p| {
                drop(list(&mut named(p, "patterns", "order_with_items")["steps"]).pop());
            }),
            ("a status of no variant", |p| {
                named(p, "patterns", "orders_of_customer")["steps"][0]["when"] =
                    json!({ "missing": ["status"] });
            }),
            ("cut rows without their keys", |p| {
                step(p, "order_totals")["projection"] = json!(["order_id", "placed_at", "total"]);
            }),
            ("the row's condition dropped", |p| {
                let condition =
                    &mut named(p, "patterns", "cancel_all")["steps"][1]["actions"][0]["condition"];
                list(condition).pop();
            }),
            ("a derived day left out", |p| {
                list(&mut action(p, "place_order", 0)["values"])
                    .retain(|v| v["derived"] != json!(true));
            }),
            ("lacks taken for contains", |p| {
                action(p, "tag", 0)["condition"][1]["op"] = json!("contains");
            }),
            ("an element removed as the attribute", |p| {
                action(p, "untag", 0)["remove"] = json!([{ "attribute": "tags" }]);
            }),
            ("a native key out of place", |p| {
                let indexes = list(&mut p["tables"][0]["indexes"]);
                indexes[4]["key"]["sort"] = json!([{ "attribute": "stock", "type": "N" }]);
            }),
            ("a page too large", |p| {
                named(p, "patterns", "open_orders")["limit"]["count"] = json!(5);
            }),
        ],
    );
}

#[test]
fn broken_logins_are_reported() {
    each_is_reported(
        LOGIN,
        &[
            ("a list with what is over its time", |p| {
                step(p, "sessions_of")["filter"] = Json::Null;
            }),
            ("a get of what is over its time", |p| {
                step(p, "code_of")["filter"] = Json::Null;
            }),
            ("a count of what is over its time", |p| {
                step(p, "codes")["filter"] = Json::Null;
            }),
            ("over its time a moment too early", |p| {
                step(p, "session")["filter"][0]["any"][1]["op"] = json!(">");
            }),
            ("a create beside what is over its time", |p| {
                action(p, "start_session", 0)["condition"] =
                    json!([{ "attribute": "PK", "op": "missing", "failure": "exists" }]);
            }),
            ("a guard that outlives its item", |p| {
                action(p, "start_session", 1)["condition"] =
                    json!([{ "attribute": "PK", "op": "missing", "failure": "not_unique" }]);
            }),
            ("an update of what is over its time", |p| {
                drop(list(&mut action(p, "extend_code", 0)["condition"]).remove(1));
            }),
            ("a check of what is over its time", |p| {
                drop(list(&mut action(p, "confirm", 0)["condition"]).remove(1));
            }),
            ("a check dropped", |p| {
                drop(list(&mut step(p, "confirm")["actions"]).remove(0));
            }),
            ("no epoch beside the date", |p| {
                named(p, "entities", "Pass")["kinds"][0]["ttl"] = Json::Null;
            }),
            ("an identity without its guard", |p| {
                drop(list(&mut step(p, "record_visit")["actions"]).pop());
            }),
            ("an identity's guard kept", |p| {
                drop(list(&mut step(p, "forget_visit")["actions"]).pop());
            }),
            ("an upsert without discriminator", |p| {
                action(p, "login", 0)["upsert"] = json!(false);
            }),
            ("an upsert that must find its item", |p| {
                list(&mut action(p, "login", 0)["condition"])
                    .push(json!({ "attribute": "PK", "op": "exists", "failure": "not_found" }));
            }),
            ("a descending bound the wrong way", |p| {
                let bound = &mut step(p, "passes")["sort"][0];
                *bound = json!({ "le": bound["ge"] });
            }),
            ("a bound without what lies under it", |p| {
                list(&mut step(p, "visits")["sort"][0]["between"][1]).pop();
            }),
            ("codes among the user's other items", |p| {
                step(p, "codes")["sort"] = json!([]);
            }),
            ("sessions of all devices ended", |p| {
                let steps = &mut named(p, "patterns", "end_all")["steps"];
                list(&mut steps[0]["filter"]).pop();
                list(&mut steps[1]["actions"][0]["condition"]).pop();
            }),
        ],
    );
}

#[test]
fn a_broken_wall_is_reported() {
    each_is_reported(
        WALL,
        &[
            ("one namespace split", |p| {
                keys(p, "Club", 1, 0)["partition"][0]["segments"][0]["literal"] =
                    json!("UNIQUE#clubs#");
            }),
            ("ranks ascending", |p| {
                keys(p, "Note", 0, 3)["sort"][0]["segments"][0]["encoding"] = json!("integer:4");
            }),
            ("ranks too narrow", |p| {
                keys(p, "Note", 0, 3)["sort"][0]["segments"][0]["encoding"] =
                    json!("integer:3:desc");
            }),
            ("a merged order by entity first", |p| {
                for (entity, letter) in [("Note", "N"), ("Photo", "P")] {
                    let sort = &mut keys(p, entity, 0, 1)["sort"][0]["segments"];
                    list(sort).insert(0, json!({ "literal": letter }));
                }
            }),
            ("half of the owners followed", |p| {
                drop(list(&mut named(p, "patterns", "owned")["steps"]).pop());
            }),
            ("everything else too", |p| {
                step(p, "everything")["filter"] = Json::Null;
            }),
            ("a prefix that is the whole text", |p| {
                let segments = list(&mut step(p, "notes")["sort"][0]["then"]["begins_with"]);
                segments.push(json!({ "literal": "#" }));
            }),
            ("photos without their flag", |p| {
                keys(p, "Photo", 0, 4)["only_when"] = Json::Null;
            }),
            ("merged shards of one direction only", |p| {
                step(p, "latest")["merge"] = Json::Null;
            }),
        ],
    );
}
