//! STS, the portal of IAM Identity Center and a container's endpoint in one small server, which keeps what it was asked for.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method and target.
    pub line: String,
    /// The form, or whatever it was.
    pub body: String,
    /// Access key id of the signature; empty without one.
    pub signer: String,
}

/// The server. It ends with the process.
pub struct StandIn {
    pub url: String,
    pub port: u16,
    seen: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    pub fn start() -> Self {
        let server = Self::behind(Some);
        Self { url: format!("http://127.0.0.1:{}", server.port), ..server }
    }

    /// The same by HTTPS, with a certificate that nobody knows, and that certificate in PEM.
    pub fn start_secured() -> (Self, String) {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let server = Self::behind(move |stream| {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(rustls::StreamOwned::new(session, stream))
        });
        (Self { url: format!("https://127.0.0.1:{}", server.port), ..server }, made.cert.pem())
    }

    fn behind<S: Read + Write>(secured: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            let secured = Arc::new(secured);
            for stream in listener.incoming().flatten() {
                let (kept, secured) = (Arc::clone(&kept), Arc::clone(&secured));
                std::thread::spawn(move || secured(stream).map(|stream| serve(stream, &kept)));
            }
        });
        Self { url: String::new(), port, seen }
    }

    /// All requests so far.
    pub fn all(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().clone()
    }

    /// Calls of one operation of STS.
    pub fn asked(&self, operation: &str) -> Vec<Asked> {
        let action = format!("Action={operation}&");
        self.all().into_iter().filter(|asked| asked.body.starts_with(&action)).collect()
    }

    /// Who signed the calls that are not for credentials.
    pub fn signers(&self) -> Vec<String> {
        let of_work = |asked: &Asked| {
            let for_credentials = ["Action=AssumeRole"].iter().any(|start| asked.body.starts_with(start))
                || asked.line.contains("/federation/credentials")
                || asked.line.contains("/container");
            !for_credentials
        };
        self.all().into_iter().filter(of_work).map(|asked| asked.signer).collect()
    }
}

fn serve(stream: impl Read + Write, seen: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let (mut length, mut signer) = (0, String::new());
        loop {
            let mut header = String::new();
            let _ = reader.read_line(&mut header);
            let header = header.trim();
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "authorization" => {
                    let id = value.split("Credential=").nth(1).and_then(|rest| rest.split('/').next());
                    signer = id.unwrap_or_default().to_owned();
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        let _ = reader.read_exact(&mut body);
        let asked =
            Asked { line: line.trim().to_owned(), body: String::from_utf8_lossy(&body).into_owned(), signer };
        let (status, kind, text) = answer(&asked);
        seen.lock().unwrap().push(asked);
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", text.len());
        let out = reader.get_mut();
        if out.write_all(format!("{head}{text}").as_bytes()).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

fn answer(asked: &Asked) -> (&'static str, &'static str, String) {
    let (xml, json) = ("text/xml", "application/json");
    let bad = ["AKIAOLD"].contains(&asked.signer.as_str());
    if bad {
        let text = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>\
                    <Message>The security token included in the request is expired</Message></Error></ErrorResponse>";
        return ("403 Forbidden", xml, text.to_owned());
    }
    let given = |operation: &str, id: &str| {
        format!(
            "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result><Credentials>\
             <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></{operation}Result></{operation}Response>"
        )
    };
    let body = asked.body.as_str();
    if body.starts_with("Action=AssumeRoleWithWebIdentity&") {
        return ("200 OK", xml, given("AssumeRoleWithWebIdentity", "ASIAWEB"));
    }
    if body.starts_with("Action=AssumeRole&") {
        let id = if body.contains("777788889999") { "ASIAFAR" } else { "ASIAROLE" };
        return ("200 OK", xml, given("AssumeRole", id));
    }
    if body.starts_with("Action=GetCallerIdentity&") {
        let text = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                    <Arn>arn:aws:iam::111122223333:user/web</Arn><UserId>AIDA</UserId><Account>111122223333</Account>\
                    </GetCallerIdentityResult></GetCallerIdentityResponse>";
        return ("200 OK", xml, text.to_owned());
    }
    let credentials =
        |id: &str| format!(r#""accessKeyId":"{id}","secretAccessKey":"secret","sessionToken":"token""#);
    if asked.line.contains("/federation/credentials") {
        let text =
            format!(r#"{{"roleCredentials":{{{},"expiration":4070908800000}}}}"#, credentials("ASIASSO"));
        return ("200 OK", json, text);
    }
    if asked.line.contains("/container") {
        let text = r#"{"AccessKeyId":"ASIACONTAINER","SecretAccessKey":"secret","Token":"token","Expiration":"2099-01-01T00:00:00Z"}"#;
        return ("200 OK", json, text.to_owned());
    }
    ("404 Not Found", xml, String::new())
}
