//! The members of an object as rows of a table, those of inner objects included.

use serde::Serialize;

use crate::model::{EnumValue, Feature, Lifetime, Member, Object, Reference, TypeRef};
use crate::release::Scope;

/// A row.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// How many objects are around it.
    depth: usize,
    /// The name.
    name: String,
    /// The names from the outermost object to this member.
    path: String,
    /// The same, distinct for each row, for links.
    id: String,
    /// The type as the schema has it.
    #[serde(rename = "type")]
    ty: String,
    /// The page of the type, if it has one.
    page: Option<String>,
    /// Whether it is a list.
    is_list: bool,
    /// Whether messages may lack it.
    optional: bool,
    /// The values of the tag with which it is there: `type` is `s390`.
    case: Option<String>,
    lifetime: Lifetime,
    optional_since: Option<String>,
    mandatory_since: Option<String>,
    condition: Option<String>,
    features: Vec<Feature>,
    aliases: Vec<String>,
    inherited_from: Option<String>,
    description: String,
    /// The values that are known.
    values: Vec<EnumValue>,
}

/// The rows of an object.
pub(super) fn rows(reference: &Reference, object: &Object) -> Vec<Row> {
    let mut table = Table { reference, rows: Vec::new(), within: Vec::new() };
    table.object(object, "", None);
    table.rows
}

struct Table<'a> {
    reference: &'a Reference,
    rows: Vec<Row>,
    /// The types around the current object: one that contains itself is shown once.
    within: Vec<&'a str>,
}

impl<'a> Table<'a> {
    fn object(&mut self, object: &'a Object, path: &str, case: Option<&str>) {
        for member in &object.members {
            self.member(member, path, case);
        }
        let Some(variants) = &object.variants else { return };
        for branch in &variants.branches {
            let case = format!("`{}` is `{}`", variants.tag, branch.value);
            if let Some(inner) = self.reference.object(&branch.type_name) {
                self.object(inner, path, Some(&case));
            }
        }
    }

    fn member(&mut self, member: &'a Member, path: &str, case: Option<&str>) {
        let name = member.ty.element();
        let ty = self.reference.find_type(name);
        let path = if path.is_empty() { member.name.clone() } else { format!("{path}.{}", member.name) };
        let values = self.reference.values_in(name, Scope::Any).unwrap_or_default();
        // Two branches may have members of one name.
        let taken =
            self.rows.iter().filter(|row| row.path == path || row.id.starts_with(&format!("{path}~")));
        let id = match taken.count() {
            0 => path.clone(),
            count => format!("{path}~{}", count + 1),
        };
        self.rows.push(Row {
            depth: self.within.len(),
            name: member.name.clone(),
            path: path.clone(),
            id,
            ty: name.to_owned(),
            page: ty.map(|ty| super::markup::type_page(&ty.name)),
            is_list: matches!(member.ty, TypeRef::List { .. }),
            optional: member.optional,
            case: case.map(str::to_owned),
            lifetime: member.lifetime,
            optional_since: member.optional_since.map(|release| release.to_string()),
            mandatory_since: member.mandatory_since.map(|release| release.to_string()),
            condition: member.condition.clone(),
            features: member.features.clone(),
            aliases: member.aliases.clone(),
            inherited_from: member.inherited_from.clone(),
            description: member.description.clone(),
            values: values.into_iter().cloned().collect(),
        });
        if let Some(inner) = self.reference.object(name).filter(|_| !self.within.contains(&name)) {
            self.within.push(name);
            self.object(inner, &path, None);
            self.within.pop();
        }
    }
}
