//! One question over HTTP: the bytes of a file from some byte on.

use std::io::{ErrorKind, Read};
use std::time::Duration;

use crate::Failure;

const CONNECT: Duration = Duration::from_secs(20);
const ANSWER: Duration = Duration::from_secs(30);
/// For the bytes of one answer: whatever is missing then is asked for anew, so that a connection that hangs ends.
const BYTES: Duration = Duration::from_mins(5);

pub(crate) struct Client(ureq::Agent);

/// An answer, before its bytes are read.
pub(crate) struct Answer {
    start: u64,
    body: ureq::Body,
}

impl Client {
    pub(crate) fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .timeout_recv_body(Some(BYTES))
            .build();
        Self(ureq::Agent::new_with_config(config))
    }

    /// Asks for a file of `whole` bytes, of which the first `from` are there. The answer may begin earlier.
    pub(crate) fn ask(&self, address: &str, from: u64, whole: u64) -> Result<Answer, Failure> {
        let mut request = self.0.get(address);
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let answer = request.call().map_err(unanswered)?;
        let range = || {
            let header = answer.headers().get("content-range").and_then(|value| value.to_str().ok());
            header.unwrap_or_default().to_owned()
        };
        let start = match answer.status().as_u16() {
            // Not every server can begin in the middle.
            200 => 0,
            206 if is_rest(&range(), from, whole) => from,
            206 | 416 => return Err(Failure::Range { from, got: range() }),
            status => return Err(Failure::Status(status)),
        };
        let body = answer.into_body();
        match body.content_length() {
            Some(rest) if start.checked_add(rest) != Some(whole) => {
                Err(Failure::Length { got: start.saturating_add(rest), expected: whole })
            }
            _ => Ok(Answer { start, body }),
        }
    }
}

impl Answer {
    /// The place in the file of the first byte that comes.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// The bytes.
    pub(crate) fn bytes(&mut self) -> impl Read {
        self.body.as_reader()
    }
}

/// Whether a `Content-Range` speaks of the bytes from `from` to the end of a file of `whole` bytes.
fn is_rest(range: &str, from: u64, whole: u64) -> bool {
    let number = |digits: &str| digits.trim().parse::<u64>().ok();
    let parts = range.trim().strip_prefix("bytes ").and_then(|range| {
        let (span, length) = range.split_once('/')?;
        let (first, last) = span.split_once('-')?;
        Some((number(first)?, number(last)?, length.trim()))
    });
    parts.is_some_and(|(first, last, length)| {
        first == from
            && last.checked_add(1) == Some(whole)
            && (length == "*" || number(length) == Some(whole))
    })
}

/// Why there is no answer at all.
fn unanswered(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::HostNotFound => Failure::Unreachable("no server has that name".to_owned()),
        ureq::Error::ConnectionFailed => Failure::Unreachable("no connection".to_owned()),
        ureq::Error::Timeout(_) => Failure::Unreachable("no answer in time".to_owned()),
        ureq::Error::ConnectProxyFailed(why) => Failure::Unreachable(format!("the proxy failed: {why}")),
        // A connection that was there and broke is an answer, though a poor one. What remains are names that cannot be looked
        // up and connections that are refused or lead nowhere.
        ureq::Error::Io(why) if !broke(why.kind()) => Failure::Unreachable(why.to_string()),
        other => Failure::NoAnswer(other.to_string()),
    }
}

fn broke(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::InvalidData
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rest_of_the_file_is_the_rest() {
        assert!(is_rest("bytes 3-9/10", 3, 10));
        assert!(is_rest("bytes 3-9/*", 3, 10));
        for other in [
            "",
            "bytes 0-9/10",
            "bytes 3-8/10",
            "bytes 3-9/11",
            "bytes */10",
            "3-9/10",
            "bytes 3-18446744073709551615/10",
        ] {
            assert!(!is_rest(other, 3, 10), "{other}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_looked_up_is_no_server_and_a_broken_connection_is_one() {
        let lookup = std::io::Error::other("failed to lookup address information");
        for unreached in [
            ureq::Error::HostNotFound,
            ureq::Error::Io(lookup),
            ureq::Error::Io(ErrorKind::NetworkUnreachable.into()),
        ] {
            let failure = unanswered(unreached);
            assert!(matches!(failure, Failure::Unreachable(_)), "{failure:?}");
        }
        let broke = unanswered(ureq::Error::Io(ErrorKind::ConnectionReset.into()));
        assert!(matches!(broke, Failure::NoAnswer(_)), "{broke:?}");
    }
}
