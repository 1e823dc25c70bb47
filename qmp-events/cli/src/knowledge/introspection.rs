//! What a running QEMU can send, as its reply to `query-qmp-schema` has it.
//!
//! Types have no names there but numbers that change from build to build; events, members and
//! values have their names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::catalogue::{self, Part, find_event};

/// Types can contain themselves: so deep is looked.
const DEPTH: usize = 8;

/// What this build does not know of a schema, and which events both know.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) common: Vec<String>,
    pub(crate) events: Vec<String>,
    pub(crate) members: Vec<String>,
    pub(crate) values: Vec<String>,
}

/// Compares a schema with what this build knows; `None` if it is no schema.
pub(crate) fn compare(schema: &Value) -> Option<Comparison> {
    let items: BTreeMap<&str, &Value> =
        schema.as_array()?.iter().map(|item| Some((item["name"].as_str()?, item))).collect::<Option<_>>()?;
    let mut comparison = Comparison::default();
    for (name, event) in items.iter().filter(|(_, item)| item["meta-type"] == "event") {
        let Some(info) = find_event(name) else {
            comparison.events.push((*name).to_owned());
            continue;
        };
        comparison.common.push((*name).to_owned());
        let mut walk = Walk { items: &items, comparison: &mut comparison };
        let argument = walk.item(&event["arg-type"]);
        walk.object(name, argument, &catalogue::parts_of_event(info), DEPTH);
    }
    for list in [&mut comparison.members, &mut comparison.values] {
        list.sort();
        list.dedup();
    }
    Some(comparison)
}

struct Walk<'a> {
    items: &'a BTreeMap<&'a str, &'a Value>,
    comparison: &'a mut Comparison,
}

impl<'a> Walk<'a> {
    /// The schema's item of this name; null if there is none.
    fn item(&self, name: &Value) -> &'a Value {
        name.as_str().and_then(|name| self.items.get(name)).copied().unwrap_or(&Value::Null)
    }

    fn object(&mut self, path: &str, object: &'a Value, parts: &[Part], depth: usize) {
        self.members(path, object, None, parts, depth);
        for variant in list(&object["variants"]) {
            let case = variant["case"].as_str().unwrap_or_default();
            let inner = self.item(&variant["type"]);
            self.members(path, inner, Some(case), parts, depth);
        }
    }

    fn members(&mut self, path: &str, object: &'a Value, case: Option<&str>, parts: &[Part], depth: usize) {
        for member in list(&object["members"]) {
            let Some(name) = member["name"].as_str() else { continue };
            let path = format!("{path}.{name}");
            let in_case =
                |part: &&Part| part.branch.is_none_or(|(_, value)| case.is_none_or(|case| case == value));
            match parts.iter().filter(|part| part.name == name).find(in_case) {
                Some(part) if depth > 0 => self.value(&path, self.item(&member["type"]), part, depth - 1),
                Some(_) => {}
                None => self.comparison.members.push(path),
            }
        }
    }

    fn value(&mut self, path: &str, ty: &'a Value, part: &Part, depth: usize) {
        match ty["meta-type"].as_str() {
            Some("enum") => {
                let known = catalogue::values_of(part);
                let values = list(&ty["members"]).iter().filter_map(|member| member["name"].as_str());
                // Before QEMU 6.2 there were only the names.
                let old = list(&ty["values"]).iter().filter_map(Value::as_str);
                let all: std::collections::BTreeSet<&str> = values.chain(old).collect();
                for value in all {
                    if !known.iter().any(|known| known.name == value) {
                        self.comparison.values.push(format!("{path}={value}"));
                    }
                }
            }
            Some("array") => self.value(path, self.item(&ty["element-type"]), part, depth),
            Some("object") => self.object(path, ty, &catalogue::parts_of_type(part.ty), depth),
            _ => {}
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_new_is_found_at_any_depth() {
        let schema = json!([
            {"name": "ALIEN_LANDED", "meta-type": "event", "arg-type": "0"},
            {"name": "SHUTDOWN", "meta-type": "event", "arg-type": "1"},
            {"name": "ACPI_DEVICE_OST", "meta-type": "event", "arg-type": "3"},
            {"name": "GUEST_PANICKED", "meta-type": "event", "arg-type": "5"},
            {"name": "stop", "meta-type": "command", "arg-type": "0"},
            {"name": "0", "meta-type": "object", "members": []},
            {"name": "1", "meta-type": "object", "members": [
                {"name": "guest", "type": "bool"}, {"name": "reason", "type": "2"}]},
            {"name": "2", "meta-type": "enum", "values": ["none", "host-error", "moon"]},
            {"name": "3", "meta-type": "object", "members": [{"name": "info", "type": "4"}]},
            {"name": "4", "meta-type": "object", "members": [
                {"name": "slot", "type": "str"}, {"name": "colour", "type": "str"}]},
            {"name": "5", "meta-type": "object", "members": [{"name": "info", "type": "6"}]},
            {"name": "6", "meta-type": "object", "tag": "type", "members": [{"name": "type", "type": "7"}],
             "variants": [{"case": "s390", "type": "8"}, {"case": "hyper-v", "type": "9"}]},
            {"name": "7", "meta-type": "enum", "members": [{"name": "s390"}, {"name": "hyper-v"}, {"name": "z"}]},
            {"name": "8", "meta-type": "object", "members": [{"name": "psw-addr", "type": "int"}]},
            {"name": "9", "meta-type": "object", "members": [{"name": "psw-addr", "type": "int"}]},
            {"name": "str", "meta-type": "builtin", "json-type": "string"},
        ]);
        let comparison = compare(&schema).expect("a schema");
        assert_eq!(comparison.events, ["ALIEN_LANDED"]);
        assert_eq!(comparison.common, ["ACPI_DEVICE_OST", "GUEST_PANICKED", "SHUTDOWN"]);
        assert_eq!(comparison.members, ["ACPI_DEVICE_OST.info.colour", "GUEST_PANICKED.info.psw-addr"]);
        assert_eq!(comparison.values, ["GUEST_PANICKED.info.type=z", "SHUTDOWN.reason=moon"]);
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        assert_eq!(compare(&json!({})), None);
        assert_eq!(compare(&json!([1])), None);
        assert_eq!(compare(&json!([])), Some(Comparison::default()));
    }
}
