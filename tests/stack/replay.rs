//! A CloudFormation that says what it is told to: for what no emulator does.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_sdk_cloudformation::Client as Cfn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::ministack::config;

/// An answer to one call.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    body: String,
}

/// A good answer; `inner` is what stands inside the result element.
pub fn ok(action: &str, inner: &str) -> Answer {
    let body = format!(
        "<{action}Response xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\">\
         <{action}Result>{inner}</{action}Result></{action}Response>"
    );
    Answer { status: 200, body }
}

/// An error answer.
pub fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    Answer { status, body }
}

#[derive(Default)]
struct Script {
    answers: HashMap<String, VecDeque<Answer>>,
    calls: Vec<String>,
    /// What was sent, as it was.
    bodies: Vec<String>,
}

/// A server on loopback that plays a script: for each action its answers in turn, the last one for ever.
pub struct Replay {
    script: Arc<Mutex<Script>>,
    url: String,
}

impl Replay {
    pub async fn start(script: Vec<(&str, Vec<Answer>)>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = script.into_iter().map(|(action, answers)| (action.to_owned(), answers.into()));
        let script = Arc::new(Mutex::new(Script { answers: answers.collect(), ..Script::default() }));
        let shared = script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { script, url }
    }

    pub fn client(&self) -> Cfn {
        Cfn::new(&config(&self.url))
    }

    /// The actions that were called, in order, without the reads.
    pub fn writes(&self) -> Vec<String> {
        let reads = ["Describe", "Get", "List"];
        let calls = self.script.lock().unwrap().calls.clone();
        calls.into_iter().filter(|call| !reads.iter().any(|r| call.starts_with(r))).collect()
    }

    /// The parameter of each call of an action, as it was sent; `None` where it was not.
    pub fn sent(&self, action: &str, parameter: &str) -> Vec<Option<String>> {
        let script = self.script.lock().unwrap();
        let named = script.calls.iter().zip(&script.bodies).filter(|(call, _)| *call == action);
        let value = |body: &String| {
            body.split('&').find_map(|pair| pair.strip_prefix(&format!("{parameter}="))).map(str::to_owned)
        };
        named.map(|(_, body)| value(body)).collect()
    }

    /// How often an action was called.
    pub fn count(&self, action: &str) -> usize {
        self.script.lock().unwrap().calls.iter().filter(|call| *call == action).count()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<Script>>) -> Option<()> {
    let mut read = Vec::new();
    let body = loop {
        let mut part = [0; 16 * 1024];
        let n = stream.read(&mut part).await.ok()?;
        read.extend_from_slice(&part[..n]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            break body.to_owned();
        }
    };
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="))?.to_owned();
    let answer = {
        let mut script = script.lock().unwrap();
        script.calls.push(action.clone());
        script.bodies.push(body.clone());
        match script.answers.get_mut(&action) {
            Some(queue) if queue.len() > 1 => queue.pop_front()?,
            Some(queue) => queue.front()?.clone(),
            None => error(400, "NotInTheScript", &action),
        }
    };
    let text = format!(
        "HTTP/1.1 {} Scripted\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        answer.status,
        answer.body.len(),
        answer.body
    );
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}
