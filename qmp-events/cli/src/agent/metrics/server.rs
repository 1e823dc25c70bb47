//! The HTTP server that shows the figures. Whoever can reach the port can connect: nothing that a client sends or
//! omits may make the memory grow, or hold a connection for long.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::Metrics;
use super::exposition::Format;

/// How many connections there are at a time; more wait for their turn.
const CONNECTIONS: usize = 64;

/// How long the head of a request may take, and a connection in all. Each request has a connection of its own.
const HEAD: Duration = Duration::from_secs(5);
const CONNECTION: Duration = Duration::from_secs(20);

/// The longest head of a request, in bytes.
const HEAD_LIMIT: usize = 16 << 10;

/// How long to wait if nothing can be accepted, for too many open files for instance.
const PAUSE: Duration = Duration::from_secs(1);

/// The path of the figures.
const PATH: &str = "/metrics";

/// Where it listens.
///
/// # Errors
///
/// If the listener is closed.
pub(crate) fn url(listener: &TcpListener) -> io::Result<String> {
    let address: SocketAddr = listener.local_addr()?;
    Ok(format!("http://{address}{PATH}"))
}

/// Shows the figures to whoever connects, until the program ends.
pub(crate) async fn serve(listener: TcpListener, metrics: Metrics) {
    let turns = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let turn = turns.clone().acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let metrics = metrics.clone();
                tokio::spawn(async move {
                    // How a client fares is its own affair.
                    let _ = tokio::time::timeout(CONNECTION, answer_all(stream, metrics)).await;
                    drop(turn);
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn answer_all(stream: TcpStream, metrics: Metrics) -> hyper::Result<()> {
    let service = service_fn(move |request| answer(request, metrics.clone()));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_LIMIT)
        .keep_alive(false)
        // A client may say that it has no more to say: `socat` does.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await
}

async fn answer(request: Request<Incoming>, metrics: Metrics) -> Result<Response<Full<Bytes>>, Infallible> {
    let accept = request.headers().get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    let format = Format::accepted(accept.flat_map(|accept| accept.split(',')));
    Ok(match (request.method(), request.uri().path()) {
        // Of the answer to HEAD, hyper sends the head.
        (&Method::GET | &Method::HEAD, PATH) => {
            // Many machines take their time.
            let rendered = tokio::task::spawn_blocking(move || metrics.snapshot().render(format)).await;
            match rendered {
                Ok(Ok(text)) => response(StatusCode::OK, format.content_type(), text),
                Ok(Err(_)) | Err(_) => {
                    plain(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written\n")
                }
            }
        }
        (_, PATH) => {
            let mut refusal = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are allowed\n");
            refusal.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
            refusal
        }
        _ => plain(StatusCode::NOT_FOUND, "there is nothing here; the metrics are at /metrics\n"),
    })
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    response(status, "text/plain; charset=utf-8", text.to_owned())
}

fn response(status: StatusCode, content_type: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    response
}
