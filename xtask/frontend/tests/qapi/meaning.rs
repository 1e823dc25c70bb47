//! What the front end makes of a legal schema.

use std::path::Path;

use qmp_events_frontend::files::Disk;
use qmp_events_frontend::qapi::Dialect;
use qmp_events_frontend::schema::{Builtin, Condition, Data, Definition, Kind, Lifetime, Member, Type};
use qmp_events_frontend::version::Version;

use crate::{Read, directory, memory};

fn version(major: u16, minor: u16) -> Option<Version> {
    Some(Version { major, minor })
}

fn find<'a>(read: &'a Read, name: &str) -> &'a Definition {
    read.schema.get(read.schema.find(name).expect("the definition is there"))
}

fn members(definition: &Definition) -> &[Member] {
    match &definition.kind {
        Kind::Struct(structure) => &structure.members,
        Kind::Union(union) => &union.base,
        Kind::Event(event) => match &event.data {
            Data::Members(members) => members,
            _ => &[],
        },
        _ => &[],
    }
}

const DOCUMENTED: &str = r#"
##
# @MOVED:
#
# Emitted when it moved
# somewhere.
#
# Renamed: 1.5 from SHIFTED
#
# Removed: 9.0
#
# Renamed: 2.0 from DRIFTED
#
# @x: the place, which
#     takes two lines.  (since 1.1)
#
# @y: the other place (since: 1.2) (removed 3.0)
#
# @z: one (since 1.3) or the other
#
# A second paragraph:
#
# - one item
#   that goes on
# - another
#
# .. note:: It is
#    not fast.
#
# Features:
#
# @odd: it is (since 8.1)
#
# Since: 1.0.2
#
# .. qmp-example::
#    :title: Far
#
#    <- { "event": "MOVED",
#         "data": { "x": 1, "text": "a  b...", ... } }
#    -> not JSON
##
{ 'event': 'MOVED', 'data': { 'x': 'int', '*y': { 'type': [ 'str' ], 'features': [ 'odd' ] }, 'z': 'any' } }
"#;

#[test]
fn dates_are_lifted_out_of_the_documentation() {
    let read = Read::text(DOCUMENTED);
    assert_eq!(read.rendered(), "");
    let event = find(&read, "MOVED");
    let expected = Lifetime {
        since: version(1, 0),
        removed: version(9, 0),
        renamed: vec![
            (Version { major: 2, minor: 0 }, "DRIFTED".to_owned()),
            (Version { major: 1, minor: 5 }, "SHIFTED".to_owned()),
        ],
        ..Lifetime::default()
    };
    assert_eq!(event.lifetime, expected);
    let [x, y, z] = members(event) else { panic!("three members") };
    assert_eq!(
        (x.description.as_str(), x.lifetime.since),
        ("the place, which takes two lines.", version(1, 1))
    );
    assert_eq!(y.description, "the other place");
    assert_eq!((y.lifetime.since, y.lifetime.removed), (version(1, 2), version(3, 0)));
    assert_eq!((z.description.as_str(), z.lifetime.since), ("one (since 1.3) or the other", version(1, 3)));
    assert_eq!(y.features[0].description, "it is");
    assert_eq!(y.features[0].lifetime.since, version(8, 1));
}

#[test]
fn the_overview_is_joined_by_paragraph_and_keeps_list_items() {
    let read = Read::text(DOCUMENTED);
    let documentation = find(&read, "MOVED").documentation.as_ref().expect("it is documented");
    let expected = "Emitted when it moved somewhere.\n\nA second paragraph:\n\n\
                    - one item that goes on\n- another\n\nNote: It is not fast.";
    assert_eq!(documentation.overview, expected);
}

#[test]
fn wire_examples_are_compact_json_without_elisions() {
    let read = Read::text(DOCUMENTED);
    let documentation = find(&read, "MOVED").documentation.as_ref().expect("it is documented");
    assert_eq!(documentation.examples, [r#"{"event":"MOVED","data":{"x":1,"text":"a  b..."}}"#]);
}

#[test]
fn examples_without_arrows_and_with_single_quotes_are_repaired() {
    let text = "##\n# @MOVED:\n#\n# .. qmp-example::\n#\n#   1. Near:\n#\n#   { 'event':\n#     'MOVED' }\n#   { \"event\": 'x }\n\
                #   [ 1,\n#     ..., 2, ... ]\n##\n{ 'event': 'MOVED' }\n";
    let read = Read::text(text);
    let documentation = find(&read, "MOVED").documentation.as_ref().expect("it is documented");
    assert_eq!(documentation.examples, [r#"{"event":"MOVED"}"#, "[1,2]"]);
}

#[test]
fn several_dates_in_a_text_date_nothing() {
    let text = "##\n# @MOVED:\n#\n# @x: one (since 1.1), two (since 1.2) or three\n##\n\
                { 'event': 'MOVED', 'data': { 'x': 'int' } }\n";
    let read = Read::text(text);
    let [x] = members(find(&read, "MOVED")) else { panic!("one member") };
    assert_eq!(x.lifetime, Lifetime::default());
    assert_eq!(x.description, "one (since 1.1), two (since 1.2) or three");
}

#[test]
fn members_keep_types_conditions_and_optionality() {
    let read = Read::text(
        "{ 'struct': 'Line', 'data': {\n\
           'a': 'size', '*b': [ 'Line' ], 'c': { 'type': 'Color', 'if': { 'not': { 'any': [ 'X', 'Y' ] } } } } }\n\
         { 'enum': 'Color', 'data': [ { 'name': 'red', 'if': 'RED' } ], 'prefix': 'COL' }\n",
    );
    assert_eq!(read.rendered(), "");
    let [a, b, c] = members(find(&read, "Line")) else { panic!("three members") };
    let line = read.schema.find("Line").expect("it is there");
    let color = read.schema.find("Color").expect("it is there");
    assert_eq!((&a.ty, a.optional), (&Type::Builtin(Builtin::Size), false));
    assert_eq!((&b.ty, b.optional), (&Type::List(Box::new(Type::Named(line))), true));
    assert_eq!(c.ty, Type::Named(color));
    let symbol = |name: &str| Condition::Symbol(name.to_owned());
    let condition = Condition::Not(Box::new(Condition::Any(vec![symbol("X"), symbol("Y")])));
    assert_eq!(c.condition, Some(condition));
    let Kind::Enum(values) = &find(&read, "Color").kind else { panic!("an enum") };
    assert_eq!((values.prefix.as_deref(), &values.values[0].condition), (Some("COL"), &Some(symbol("RED"))));
}

#[test]
fn a_union_takes_over_the_members_of_its_named_base() {
    let path = directory("accepted/union.json");
    let read = Read::of(&Disk, &path, None);
    let thing = find(&read, "Thing");
    let names: Vec<_> = members(thing).iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["id", "kind"]);
    let Kind::Union(union) = &thing.kind else { panic!("a union") };
    assert_eq!(union.base_type, read.schema.find("Tagged"));
    assert_eq!((union.tag.as_str(), union.tag_type, union.simple), ("kind", read.schema.find("Kind"), false));
}

#[test]
fn a_simple_union_gets_an_enum_for_its_tag() {
    let read = Read::of(&Disk, &directory("older/simple-union.json"), Some(Dialect::OLDER));
    let Kind::Union(union) = &find(&read, "Shape").kind else { panic!("a union") };
    assert!(union.simple);
    assert_eq!((union.tag.as_str(), union.tag_type), ("type", read.schema.find("ShapeKind")));
    assert!(union.tag_type.is_some());
    let [tag] = &union.base[..] else { panic!("one member") };
    assert_eq!((tag.name.as_str(), tag.optional), ("type", false));
    let Kind::Enum(values) = &find(&read, "ShapeKind").kind else { panic!("an enum") };
    let names: Vec<_> = values.values.iter().map(|value| value.name.as_str()).collect();
    assert_eq!(names, ["line", "dots", "name"]);
}

#[test]
fn the_loose_documentation_of_older_trees_is_understood() {
    let path = directory("older/documentation-tags.json");
    let read = Read::of(&Disk, &path, Some(Dialect::OLDER));
    let event = find(&read, "MOVED");
    let documentation = event.documentation.as_ref().expect("it is documented");
    assert_eq!(event.lifetime.since, version(1, 0));
    assert_eq!(documentation.overview, "It moved.");
    assert_eq!(documentation.examples, [r#"{"event":"MOVED","data":{"x":1}}"#]);
    let [x] = members(event) else { panic!("one member") };
    assert_eq!((x.description.as_str(), x.lifetime.since), ("where to, about there", version(1, 1)));
}

#[test]
fn definitions_follow_the_order_of_inclusion() {
    let files = memory([
        ("dir/root.json", "{ 'event': 'A' }\n{ 'include': 'sub/b.json' }\n{ 'event': 'C' }\n"),
        ("dir/sub/b.json", "{ 'event': 'B1' }\n{ 'include': '../c.json' }\n{ 'event': 'B2' }\n"),
        ("dir/c.json", "{ 'event': 'D' }\n{ 'include': './sub/../sub/e.json' }\n"),
        ("dir/sub/e.json", "{ 'event': 'E' }\n"),
    ]);
    let read = Read::of(&files, Path::new("dir/root.json"), None);
    assert_eq!(read.rendered(), "");
    let order: Vec<_> = read
        .schema
        .definitions
        .iter()
        .map(|definition| (definition.name.as_str(), read.schema.modules[definition.module].name.as_str()))
        .collect();
    assert_eq!(order, [("A", "root"), ("B1", "b"), ("D", "c"), ("E", "e"), ("B2", "b"), ("C", "root")]);
}

#[test]
fn the_older_dialect_is_found_from_the_tree() {
    let union = "{ 'union': 'U0a', 'data': { 'a': 'int' } }\n";
    let older: String = (0..8).map(|number| union.replace('0', &number.to_string())).collect();
    assert_eq!(Read::text(older.as_str()).rendered(), "");
    assert_eq!(Read::text(union).errors(), 1);
    let asked_for =
        Read::of(&memory([("schema.json", older)]), Path::new("schema.json"), Some(Dialect::CURRENT));
    assert_eq!(asked_for.errors(), 8);
}

#[test]
fn a_dialect_has_a_name() {
    assert_eq!("older".parse(), Ok(Dialect::OLDER));
    assert_eq!("current".parse(), Ok(Dialect::CURRENT));
    let error = "newer".parse::<Dialect>().expect_err("there is no such dialect");
    assert_eq!(error.to_string(), "a dialect is a release of QEMU, such as 7.2, or 'current', or 'older'");
}

#[test]
fn a_definition_with_an_error_is_known_to_the_others() {
    let read = Read::text(
        "{ 'struct': 'Line', 'data': { 'from' 'Point' } }\n{ 'event': 'MOVED', 'data': 'Line' }\n",
    );
    assert_eq!(
        read.rendered(),
        "schema.json:1:38: error[expected-colon]: expected ':', found the string 'Point'\n"
    );
}
