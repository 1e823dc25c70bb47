//! Imports from what a QEMU says of itself: names of types are masked, and our schema still ends up
//! with all that the build has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use qmp_events_compare::compare::compare;
use qmp_events_compare::conversation::Conversation;
use qmp_events_compare::introspection;
use qmp_events_compare::projection::project;
use qmp_events_compare::surface::{Branch, Data, Event, Facts, Kind, Member, Object, Shape, Surface};
use qmp_events_compare::surface::{TypeDefinition, TypeReference, Value, Variants};
use qmp_events_compare::verify::is_note;
use xtask::import::{Imported, import_reply};
use xtask::pipeline::load;

use crate::facts::workspace;
use crate::import::{defects, generate_described, show, with};
use crate::import_rounds::{catalogue_of_10_0, schema_files};
use crate::properties::{CHANGES, changed_tree};
use crate::tiny::{SCHEMA, TREE, Texts, catalogue, read_tree, tree_with};

/// What a build says that has everything of a tree but what has a condition.
fn reply_of(tree: &Surface) -> Surface {
    let numbers: BTreeMap<&str, String> =
        tree.types.keys().enumerate().map(|(number, name)| (name.as_str(), number.to_string())).collect();
    let masking = Masking { tree, numbers };
    let mut reply = Surface::new(Kind::Build);
    for (name, event) in tree.events.iter().filter(|(_, event)| event.facts.condition.is_none()) {
        let arguments = format!("arguments-{name}");
        let data = match &event.data {
            Data::Type(ty) => Data::Type(masking.numbers[ty.as_str()].clone()),
            Data::Members(members) => {
                let members = masking.members(&members.iter().collect::<Vec<_>>());
                let shape = Shape::Object(Object { members, ..Object::default() });
                reply.types.insert(arguments.clone(), TypeDefinition { shape, facts: Facts::default() });
                Data::Type(arguments)
            }
        };
        reply.events.insert(name.clone(), Event { data, facts: features_only(&event.facts) });
    }
    for (name, definition) in &tree.types {
        let definition =
            TypeDefinition { shape: masking.shape(name, &definition.shape), facts: Facts::default() };
        reply.types.insert(masking.numbers[name.as_str()].clone(), definition);
    }
    reply
}

struct Masking<'a> {
    tree: &'a Surface,
    numbers: BTreeMap<&'a str, String>,
}

impl Masking<'_> {
    fn shape(&self, name: &str, shape: &Shape) -> Shape {
        match shape {
            Shape::Enum(values) => {
                let built = values.iter().filter(|value| value.facts.condition.is_none());
                let masked =
                    |value: &Value| Value { name: value.name.clone(), facts: features_only(&value.facts) };
                Shape::Enum(built.map(masked).collect())
            }
            Shape::Alternate(types) => Shape::Alternate(types.iter().map(|ty| self.reference(ty)).collect()),
            Shape::Object(object) => Shape::Object(Object {
                base: None,
                members: self.members(&self.tree.object_members(name)),
                variants: object.variants.as_ref().map(|variants| Variants {
                    tag: variants.tag.clone(),
                    branches: variants.branches.iter().map(|branch| self.branch(branch)).collect(),
                }),
            }),
        }
    }

    fn branch(&self, branch: &Branch) -> Branch {
        let ty = self.numbers[branch.ty.as_str()].clone();
        Branch { name: branch.name.clone(), ty, facts: Facts::default() }
    }

    fn members(&self, members: &[&Member]) -> Vec<Member> {
        let built = members.iter().filter(|member| member.facts.condition.is_none());
        let masked = |member: &&Member| Member {
            name: member.name.clone(),
            ty: self.reference(&member.ty),
            optional: member.optional,
            facts: features_only(&member.facts),
        };
        built.map(masked).collect()
    }

    fn reference(&self, ty: &TypeReference) -> TypeReference {
        match ty {
            TypeReference::Builtin("str" | "bool" | "number" | "any" | "null") => ty.clone(),
            TypeReference::Builtin(_) => TypeReference::Builtin("int"),
            TypeReference::Named(name) => TypeReference::Named(self.numbers[name.as_str()].clone()),
            TypeReference::List(element) => TypeReference::List(Box::new(self.reference(element))),
        }
    }
}

fn features_only(facts: &Facts) -> Facts {
    Facts { features: facts.features.clone(), ..Facts::default() }
}

fn import_into(files: &Texts, reply: &Surface, version: &str) -> Imported {
    let version = version.parse().expect("a version");
    import_reply(files, Path::new(SCHEMA), reply, version).expect("the release is newer")
}

/// What the schema, as of a release, and a reply do not agree about.
fn differences(files: &Texts, version: &str, reply: &Surface) -> Vec<String> {
    let loaded = load(files, Path::new(SCHEMA)).expect("the catalogue is in memory");
    let ours = project(&loaded.catalogue.schema, Some(version.parse().expect("a version")));
    let differences = compare(&ours, reply).into_iter().filter(|one| !is_note(one));
    differences.map(|one| format!("{}: {:?}", one.owner, one.change)).collect()
}

fn recorded_reply() -> Surface {
    let path = workspace().join("tests/fixtures/qemu-11.1.3/query-qmp-schema-qemu-system-x86_64.json");
    let conversation = Conversation::read(&std::fs::read(path).expect("the fixture is in the repository"));
    let schema = conversation.expect("JSON").schema.expect("there is a reply");
    introspection::parse(schema).expect("the reply is valid")
}

#[test]
fn our_schema_has_nothing_to_import_from_11_1() {
    let imported = import_into(&schema_files(), &recorded_reply(), "11.1");
    assert_eq!(imported.files.into_keys().collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
    assert_eq!(imported.by_hand, Vec::<String>::new());
}

#[test]
fn the_reply_of_11_1_brings_the_schema_of_10_0_up_to_11_1() {
    let (before, reply) = (catalogue_of_10_0(), recorded_reply());
    assert_eq!(differences(&before, "11.1", &reply).len(), 11);
    let imported = import_into(&before, &reply, "11.1");
    assert_eq!(imported.by_hand, Vec::<String>::new());
    let after = with(before, &imported);
    assert_eq!(differences(&after, "11.1", &reply), Vec::<String>::new());
    assert_eq!(generate_described(&after), "");
    let again = import_into(&after, &reply, "11.1");
    assert!(again.files.is_empty(), "the second import edits {:?}", again.files.keys());
    insta::assert_snapshot!(imported.notes.join("\n"));
}

/// The edits and the notes of an import into the tiny catalogue, which leave no difference.
fn edits(tree: &str) -> String {
    let (files, reply) = (catalogue(), reply_of(&read_tree(tree).surface));
    let imported = import_into(&files, &reply, "2.0");
    let after = with(files.clone(), &imported);
    assert_eq!(defects(&after), "");
    assert_eq!(differences(&after, "2.0", &reply), Vec::<String>::new());
    assert!(import_into(&after, &reply, "2.0").files.is_empty(), "there is something left to import");
    assert_eq!(generate_described(&after), "");
    let notes: String = imported.notes.iter().map(|note| format!("note: {note}\n")).collect();
    show(&files, &imported) + &notes
}

#[test]
fn types_that_are_known_keep_their_names_and_new_ones_are_named_after_their_use() {
    let new = "{ 'enum': 'Speed', 'data': ['slow', 'fast'] }
{ 'struct': 'Report', 'data': { 'speeds': ['Speed'], 'place': 'DiskPlace', '*size': 'size' } }
{ 'event': 'DISK_FOUND', 'data': { 'report': 'Report', '*list': ['Report'] }, 'features': ['unstable'] }
{ 'event': 'DISK_LOST', 'data': { 'where': 'DiskPlace' } }";
    insta::assert_snapshot!(edits(&tree_with("{ 'event': 'DISK_LOST' }", new)));
}

#[test]
fn a_new_branch_of_a_union_is_named_after_its_value() {
    let tree = TREE.replace("['guest', 'error']", "['guest', 'error', 'host']").replace(
        "'data': { 'error': 'DiskError' } }",
        "'data': { 'error': 'DiskError', 'host': 'Host' } }\n{ 'struct': 'Host', 'data': { 'list': ['int'] } }",
    );
    insta::assert_snapshot!(edits(&tree));
}

#[test]
fn the_data_of_a_new_event_may_be_a_union() {
    let new = "{ 'event': 'DISK_LOST' }
{ 'enum': 'Kind', 'data': ['a', 'b'] }
{ 'struct': 'Part', 'data': { 'code': 'int', '*why': 'str' } }
{ 'union': 'Cause', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'a': 'Part', 'b': 'DiskError' } }
{ 'event': 'ZONE_LOST', 'boxed': true, 'data': 'Cause' }";
    insta::assert_snapshot!(edits(&tree_with("{ 'event': 'DISK_LOST' }", new)));
}

#[test]
fn what_has_a_condition_here_may_be_left_out_of_a_build() {
    let conditional = TREE
        .replace("'busy'", "{ 'name': 'busy', 'if': 'CONFIG_BUSY' }")
        .replace("'*slot': 'int'", "'*slot': { 'type': 'int', 'if': 'CONFIG_SLOT' }");
    let files = catalogue();
    let tree = crate::import::import_into(&files, &read_tree(&conditional), "1.5").expect("newer");
    let files = with(files, &tree);
    let imported = import_into(&files, &reply_of(&read_tree(&conditional).surface), "2.0");
    assert!(imported.files.is_empty(), "{:?}", imported.files.keys());
}

#[test]
fn new_types_may_nest_as_deep_as_they_like() {
    let mut reply = reply_of(&read_tree(TREE).surface);
    let name = |number: usize| format!("nested-{number}");
    let depth = 20;
    for number in 0..depth {
        let ty = TypeReference::Named(name((number + 1) % depth));
        let member = Member { name: "next".to_owned(), ty, optional: true, facts: Facts::default() };
        let own = TypeReference::Builtin("str");
        let own = Member { name: format!("own-{number}"), ty: own, optional: true, facts: Facts::default() };
        let shape = Shape::Object(Object { members: vec![member, own], ..Object::default() });
        reply.types.insert(name(number), TypeDefinition { shape, facts: Facts::default() });
    }
    reply.events.insert("DISK_TREE".to_owned(), Event { data: Data::Type(name(0)), facts: Facts::default() });
    let imported = import_into(&catalogue(), &reply, "2.0");
    let after = with(catalogue(), &imported);
    assert_eq!(differences(&after, "2.0", &reply), Vec::<String>::new());
    let text = &imported.files[Path::new("schema/qapi/imported.json")];
    let longest = text.lines().filter_map(|line| line.strip_prefix("# @")).map(str::len).max();
    assert!(longest < Some(80), "{longest:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever changed: afterwards the schema has what the build says, and nothing is left to do.
    #[test]
    fn an_import_of_a_reply_leaves_no_difference(
        chosen in proptest::collection::vec(any::<bool>(), CHANGES.len()),
    ) {
        let reply = reply_of(&read_tree(&changed_tree(&chosen)).surface);
        let before = catalogue();
        let imported = import_into(&before, &reply, "2.0");
        prop_assert_eq!(&imported.by_hand, &Vec::<String>::new());
        let after = with(before, &imported);
        prop_assert_eq!(defects(&after), "");
        prop_assert_eq!(differences(&after, "2.0", &reply), Vec::<String>::new());
        let names: BTreeSet<_> = import_into(&after, &reply, "2.0").files.into_keys().collect();
        prop_assert_eq!(names, BTreeSet::new());
    }
}
