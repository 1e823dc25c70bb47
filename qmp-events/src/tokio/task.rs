//! Makes sure that the end of the driver is told, however it ends.

use super::hub::Hub;
use super::queue::Queued;
use crate::client::Disconnected;
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The driver as it is spawned. If it panics, or is dropped before its end, all subscribers and waits end
/// with the cause.
pub(super) struct Task<F> {
    hub: Arc<Hub>,
    driver: Pin<Box<F>>,
}

impl<F> Task<F> {
    pub(super) fn new(hub: Arc<Hub>, driver: F) -> Self {
        Task { hub, driver: Box::pin(driver) }
    }

    fn end(&self, cause: Disconnected) {
        if !self.hub.is_closed() {
            self.hub.publish(&Queued::Disconnected(cause));
            self.hub.close();
        }
    }
}

impl<F: Future<Output = ()>> Future for Task<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let driver = self.driver.as_mut();
        // After a panic the driver is not polled again, and what it shares is consistent between its steps.
        match catch_unwind(AssertUnwindSafe(|| driver.poll(context))) {
            Ok(polled) => polled,
            Err(payload) => {
                self.end(Disconnected::Panicked { message: message_of(&*payload) });
                Poll::Ready(())
            }
        }
    }
}

/// The runtime drops its tasks when it is shut down. The driver itself is dropped after this.
impl<F> Drop for Task<F> {
    fn drop(&mut self) {
        self.end(Disconnected::RuntimeShutDown);
    }
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or_default().to_owned()
}
