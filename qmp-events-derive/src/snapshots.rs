//! What the macros write, one snapshot per shape of input.

use syn::parse_quote;

use crate::expand::expand_derive;
use crate::model::Shape;

fn expanded(input: &syn::DeriveInput, shape: Shape) -> String {
    let tokens = expand_derive(input, shape).expect("a sound input");
    prettyplease::unparse(&syn::parse2(tokens).expect("items"))
}

macro_rules! snapshots {
    ($($name:ident: $shape:ident => { $($input:tt)* })*) => {$(
        #[test]
        fn $name() {
            let expansion = expanded(&parse_quote!($($input)*), Shape::$shape);
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!(expansion);
            });
        }
    )*};
}

snapshots! {
    event_without_members: Event => {
        /// The machine was stopped.
        #[qapi(name = "STOP", since = "0.12")]
        struct Stop {}
    }

    event_with_members: Event => {
        /// Summary.
        ///
        /// More.
        #[qapi(
            name = "BLOCK_IO_ERROR",
            alias = "BLOCK_ERROR",
            since = "0.13",
            rate_limit(key = "qom-path", since = "10.0", exempt("__com.example_action" = "stop")),
            example = r#"{"event":"BLOCK_IO_ERROR"}"#
        )]
        struct BlockIoError {
            #[qapi(since = "9.2", mandatory)]
            qom_path: Option<String>,
            r#type: u32,
            #[qapi(name = "__com.example_action", alias = "action", unstable, feature = "f")]
            action: Action,
        }
    }

    event_with_a_bare_member: Event => {
        #[qapi(name = "ACPI_DEVICE_OST")]
        struct AcpiDeviceOst {
            #[qapi(bare)]
            info: AcpiOstInfo,
        }
    }

    struct_with_branches: Struct => {
        #[qapi(name = "Chardev")]
        struct Chardev {
            id: String,
            #[qapi(branches)]
            branch: ChardevBranch,
        }
    }

    struct_that_keeps_unknown_members: Struct => {
        #[qapi(name = "PciDevice")]
        struct PciDevice {
            id: String,
            #[qapi(unknown)]
            unknown: UnknownMembers,
        }
    }

    struct_with_a_constructor: Struct => {
        #[qapi(name = "PciDevice", new)]
        struct PciDevice {
            bus: i64,
            slot: Option<i64>,
            id: String,
            class: PciClass,
            #[qapi(since = "9.2", mandatory)]
            path: Option<String>,
            #[qapi(unknown)]
            unknown: UnknownMembers,
        }
    }

    struct_without_members_with_a_constructor: Struct => {
        #[qapi(name = "Nothing", new)]
        struct Nothing {
            note: Option<String>,
        }
    }

    open_enum: Enum => {
        #[qapi(name = "ShutdownCause", since = "4.0")]
        enum ShutdownCause {
            /// None at all.
            None,
            #[qapi(alias = "host-failure", since = "5.0", removed = "6.0", deprecated)]
            HostError,
            #[qapi(name = "DIMM", condition = "CONFIG_X")]
            Dimm,
            #[qapi(unknown)]
            Other(UnknownValue),
        }
    }

    open_union: Union => {
        #[qapi(name = "SocketAddress", tag = "type", since = "2.9")]
        enum SocketAddress {
            Inet(InetSocketAddress),
            Nothing,
            #[qapi(unknown)]
            Other(UnknownBranch),
        }
    }

    alternate: Alternate => {
        #[qapi(name = "StrOrNull")]
        enum StrOrNull {
            Text(String),
            Null(()),
            #[qapi(unknown)]
            Other(serde_json::Value),
        }
    }

    set_of_events: Events => {
        pub enum MyEvent {
            #[qapi(name = "STOP")]
            Stop(Stop),
            #[qapi(name = "RESUME")]
            Resume(Box<Resume>),
            #[qapi(name = "WAKEUP")]
            Wakeup(Wakeup),
            #[qapi(unknown)]
            Unknown(UnknownEvent),
        }
    }

    set_of_events_with_the_rest: Events => {
        pub enum MyEvent {
            #[qapi(name = "STOP")]
            Stop(Stop),
            #[qapi(rest)]
            Rest(Event),
        }
    }

    set_of_events_with_kinds: Events => {
        #[qapi(kind = MyKind)]
        pub enum MyEvent {
            #[qapi(name = "STOP")]
            Stop(Stop),
            #[qapi(unknown)]
            Unknown(UnknownEvent),
        }
    }
}
