//! A server on the loopback interface that answers as a test says.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The path, from its `/` on.
    pub(crate) path: String,
    /// The first byte that is wanted, where the request says one.
    pub(crate) from: Option<usize>,
}

/// What is answered.
pub(crate) struct Reply {
    /// Status, and the words behind it.
    pub(crate) status: &'static str,
    /// Headers, one a line.
    pub(crate) headers: Vec<String>,
    /// What is sent, which need not be what the headers say.
    pub(crate) body: Vec<u8>,
    /// Whether the connection stays open behind it until the server is dropped.
    pub(crate) hangs: bool,
}

impl Reply {
    /// A status without content.
    pub(crate) fn status(status: &'static str) -> Self {
        Self { status, headers: vec!["Content-Length: 0".to_owned()], body: Vec::new(), hangs: false }
    }

    /// The whole content, whatever part of it was asked for.
    pub(crate) fn whole(content: &[u8]) -> Self {
        let headers = vec![format!("Content-Length: {}", content.len())];
        Self { status: "200 OK", headers, body: content.to_vec(), hangs: false }
    }

    /// What was asked for of the content.
    pub(crate) fn asked(content: &[u8], request: &Request) -> Self {
        match request.from {
            None => Self::whole(content),
            Some(from) if from >= content.len() => Self::status("416 Range Not Satisfiable"),
            Some(from) => {
                let (last, all) = (content.len() - 1, content.len());
                let mut reply = Self::whole(&content[from..]);
                reply.status = "206 Partial Content";
                reply.headers.push(format!("Content-Range: bytes {from}-{last}/{all}"));
                reply
            }
        }
    }

    /// Breaks off after so many bytes of what it sends.
    pub(crate) fn cut(mut self, after: usize) -> Self {
        self.body.truncate(after);
        self
    }
}

/// Answers until it is dropped, one request after the other.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Begins to answer.
    pub(crate) fn new(mut answer: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (list, end) = (Arc::clone(&seen), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                list.lock().unwrap().push(request.clone());
                let reply = answer(&request);
                // A client that has heard enough may be gone.
                let _ = send(&mut stream, &reply);
                if reply.hangs {
                    open.push(stream);
                }
            }
        });
        Self { address, seen, over, thread: Some(thread) }
    }

    /// The address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // It waits for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(std::thread::panicking() || ended.is_ok(), "the server failed");
        }
    }
}

/// How a client begins that wants to speak TLS, which this server hangs up on.
const TLS: u8 = 0x16;

/// An address on which nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/file", listener.local_addr().unwrap())
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut first = [0];
    stream.peek(&mut first).ok()?;
    if first == [TLS] {
        return None;
    }
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut from = None;
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        let line = line.to_ascii_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.strip_suffix('-').and_then(|first| first.parse().ok());
        }
    }
    Some(Request { path, from })
}

fn send(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\nConnection: close\r\n", reply.status);
    for header in &reply.headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&reply.body)?;
    stream.flush()
}
