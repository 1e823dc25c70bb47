//! Commands that are typed by another crate.

use super::machine::start;
use qapi_qmp::{RunState, device_del, query_jobs, query_status};
use qmp_events::protocol::CommandError;
use qmp_events::{Error, blocking, tokio as asynchronous};

fn is_refused<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Command(CommandError::Refused { class, .. })) if class == "DeviceNotFound")
}

#[test]
fn the_blocking_client_executes_the_commands_of_crate_qapi() {
    let Some(machine) = start(&[]) else { return };
    let mut client = blocking::connect(machine.endpoint()).expect("a handshake");
    let status = client.execute_typed(query_status {}).expect("a status");
    assert!(!status.running && status.status == RunState::prelaunch, "{status:?}");
    assert!(client.execute_typed(query_jobs {}).expect("a list").is_empty());
    assert!(is_refused(&client.execute_typed(device_del { id: "none".to_owned() })));
    let error = client.execute_typed_oob(query_status {}).expect_err("not negotiated");
    assert!(error.to_string().contains("`query-status` cannot be executed out of band"), "{error}");
    client.execute_typed(query_status {}).expect("the connection remains usable");
}

#[::tokio::test]
async fn the_tokio_client_executes_the_commands_of_crate_qapi() {
    let Some(machine) = start(&[]) else { return };
    let (client, _events) = asynchronous::connect(machine.endpoint()).await.expect("a handshake");
    let status = client.execute_typed(query_status {}).await.expect("a status");
    assert!(!status.running && status.status == RunState::prelaunch, "{status:?}");
    assert!(client.execute_typed(query_jobs {}).await.expect("a list").is_empty());
    assert!(is_refused(&client.execute_typed(device_del { id: "none".to_owned() }).await));
    let error = client.execute_typed_oob(query_status {}).expect_err("not negotiated");
    assert!(matches!(error, Error::OutOfBand { .. }), "{error}");
}
