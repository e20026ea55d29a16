//! What `doctor` found: for people, and as JSON.

use imgdeploy_checks::check::Hop as Part;
use imgdeploy_checks::snapshot::{End, Hop, Walk};
use imgdeploy_checks::{Check, Diagnosis, Headline, Severity, Snapshot};
use imgdeploy_model::shell::Command;
use imgdeploy_model::terminal::escape;
use serde_json::{Value, json};

use super::{DOCUMENT_VERSION, Paint, Report, Screen};

const PARTS: [Part; 6] =
    [Part::Region, Part::CloudFront, Part::Bucket, Part::Api, Part::Function, Part::Walk];
/// Characters of a value that are shown; documents are longer.
const LONGEST_VALUE: usize = 160;

impl Report {
    /// Findings, live requests, and what could not be looked at.
    ///
    /// `mended`: what `--fix` has done, where it was asked for.
    pub fn doctor(&self, snapshot: &Snapshot, diagnosis: &Diagnosis, mended: Option<&[String]>) {
        let mut object = object(snapshot, diagnosis);
        let mut shown = text(snapshot, diagnosis, self.colour_out());
        if let Some(mended) = mended {
            if let Some(fields) = object.as_object_mut() {
                let _ = fields.insert("mended".to_owned(), json!(mended));
            }
            for title in mended {
                shown.line(format_args!("mended: {title}"));
            }
        }
        self.result(&object, &shown);
    }

    /// What was found before it is mended, on standard error: standard output is for what is left.
    pub fn findings(&self, snapshot: &Snapshot, diagnosis: &Diagnosis) {
        self.err(&text(snapshot, diagnosis, self.colour));
    }

    /// All checks.
    pub fn checks(&self, checks: &[&Check]) {
        let object = json!({ "version": DOCUMENT_VERSION, "command": "doctor", "outcome": "listed", "checks": checks.iter().map(|check| json!({
            "code": check.code, "severity": check.severity, "hop": check.hop, "title": check.title,
        })).collect::<Vec<_>>() });
        let mut text = Screen::new();
        for part in PARTS {
            text.line(part.title());
            for check in checks.iter().filter(|check| check.hop == part) {
                text.line(format_args!("  {}  {:8}  {}", check.code, check.severity.as_str(), check.title));
            }
        }
        text.end();
        text.line("`imgdeploy doctor --explain CODE` tells the story of one.");
        self.result(&object, &text);
    }

    /// The story of one check.
    pub fn check(&self, check: &Check) {
        let object = json!({
            "version": DOCUMENT_VERSION, "command": "doctor", "outcome": "explained",
            "code": check.code, "severity": check.severity, "hop": check.hop, "title": check.title, "inputs": check.inputs,
            "symptom": check.symptom, "story": check.story, "cure": check.cure, "page": check.page,
        });
        let Check { code, title, .. } = check;
        let mut text =
            Screen::of(format_args!("{code}  {title}  ({}, {})", check.severity.as_str(), check.hop.title()));
        for (name, words) in [("What viewers see", check.symptom), ("Why", check.story), ("Cure", check.cure)]
        {
            text.end();
            text.line(name);
            wrapped(words, 2).iter().for_each(|line| text.line(line));
        }
        text.end();
        text.line(check.page);
        self.result(&object, &text);
    }
}

fn object(snapshot: &Snapshot, diagnosis: &Diagnosis) -> Value {
    json!({
        "version": DOCUMENT_VERSION,
        "command": "doctor",
        "outcome": outcome(diagnosis),
        "bucket": snapshot.bucket.as_ref().map(|bucket| &bucket.name),
        "region": snapshot.bucket.as_ref().map(|bucket| &bucket.region),
        "function": snapshot.function.as_ref().map(|function| &function.name),
        "distribution": snapshot.edge.as_ref().map(|edge| &edge.id),
        "complete": diagnosis.is_complete(),
        "findings": diagnosis.headlines,
        "not_checked": diagnosis.not_checked,
        "ok": diagnosis.ok,
        "nothing_to_check": diagnosis.nothing_to_check,
        "requests": snapshot.walks,
        "bad_originals": snapshot.bad_originals,
    })
}

fn outcome(diagnosis: &Diagnosis) -> &'static str {
    match (diagnosis.headlines.is_empty(), diagnosis.is_complete()) {
        (false, _) => "findings",
        (true, true) => "clean",
        (true, false) => "incomplete",
    }
}

fn text(snapshot: &Snapshot, diagnosis: &Diagnosis, colour: bool) -> Screen {
    let mut text = Screen::of(title(snapshot));
    for part in PARTS {
        let of_part: Vec<&Headline> = diagnosis.headlines.iter().filter(|one| one.hop == part).collect();
        if !of_part.is_empty() {
            text.end();
            text.line(part.title());
            of_part.iter().for_each(|one| headline(&mut text, one, colour));
        }
    }
    if !snapshot.walks.is_empty() {
        text.end();
        text.line("Requests");
        snapshot.walks.iter().for_each(|one| walk(&mut text, one));
    }
    if !snapshot.bad_originals.is_empty() {
        text.end();
        super::text::bad_originals(&mut text, &snapshot.bad_originals);
    }
    if !diagnosis.not_checked.is_empty() {
        text.end();
        text.line("Not checked");
        for one in &diagnosis.not_checked {
            let allow =
                if one.unseen.denied { format!(" (needs {})", one.unseen.action) } else { String::new() };
            text.line(format_args!("  {}: {}{allow}", one.unseen.action, one.unseen.why));
            let codes = format!("stands in the way of {}", one.codes.join(", "));
            wrapped(&codes, 4).iter().for_each(|line| text.line(line));
        }
    }
    text.end();
    text.line(summary(diagnosis));
    text
}

fn title(snapshot: &Snapshot) -> String {
    let mut parts = Vec::new();
    if let Some(bucket) = &snapshot.bucket {
        parts.push(format!("bucket {} in {}", bucket.name, bucket.region));
    }
    if let Some(function) = &snapshot.function {
        parts.push(format!("function {}", function.name));
    }
    if let Some(edge) = &snapshot.edge {
        parts.push(format!("distribution {}", edge.id));
    }
    parts.join(", ")
}

fn headline(text: &mut Screen, one: &Headline, colour: bool) {
    text.part("  ");
    text.painted(paint(one.severity).only_if(colour), one.severity.as_str().to_uppercase());
    text.line(format_args!(" {}  {}", one.code, one.title));
    wrapped(&sentence(&one.finding.what), 4).iter().for_each(|line| text.line(line));
    labelled(text, "where", &one.finding.place);
    if let Some(value) = &one.finding.value {
        labelled(text, "there", &short(value));
    }
    labelled(text, "seen as", one.symptom);
    as_it_is(text, "cure", &one.finding.cure);
    if one.finding.fix.is_some() {
        labelled(text, "", "`imgdeploy doctor --fix` does it");
    }
    labelled(text, "more", &format!("imgdeploy doctor --explain {}", one.code));
    for effect in &one.effects {
        labelled(text, "causes", &format!("{} {}", effect.code, effect.finding.what));
    }
}

fn paint(severity: Severity) -> Paint {
    match severity {
        Severity::Critical | Severity::Error => Paint::BoldRed,
        Severity::Warning => Paint::BoldYellow,
        Severity::Info => Paint::BoldCyan,
    }
}

fn walk(text: &mut Screen, walk: &Walk) {
    text.line(format_args!("  {} : {}", walk.asked_for, walk.url));
    for (at, hop) in walk.hops.iter().enumerate() {
        text.line(format_args!("    {}. {}", at + 1, self::hop(hop)));
    }
    text.line(format_args!("    => {}", end(walk)));
}

fn hop(hop: &Hop) -> String {
    let mut text = format!("{} {}", hop.status, hop.service.title());
    if let Some(by) = &hop.by {
        text.push_str(&format!(" [{by}]"));
    }
    for (name, shown) in [
        ("x-amzn-errortype", ""),
        ("x-amz-error-code", ""),
        ("x-cache", ""),
        ("age", "age "),
        ("location", "-> "),
    ] {
        let value = hop.headers.get(name);
        if let Some(value) = value {
            text.push_str(&format!(", {shown}{value}"));
        }
    }
    format!("{text} ({} ms)", hop.millis)
}

fn end(walk: &Walk) -> String {
    match &walk.end {
        End::Image { content_type, bytes } => format!("ok: {content_type}, {bytes} bytes"),
        End::Answer if walk.absent => match walk.hops.last() {
            Some(hop) => format!("{} from {}, as there is no such original", hop.status, hop.service.title()),
            None => "no answer".to_owned(),
        },
        End::Answer => match walk.hops.last() {
            Some(hop) => format!(
                "it ends here: {} from {}: {}",
                hop.status,
                hop.service.title(),
                short(hop.body.trim())
            ),
            None => "no answer".to_owned(),
        },
        End::Loop { url } => format!("a redirect loop over {url}"),
        End::Elsewhere { location } => {
            format!("it leads out of the chain, to {location}, which was not asked")
        }
        End::NoAnswer { url, why, .. } => format!("no answer from {url}: {why}"),
    }
}

fn summary(diagnosis: &Diagnosis) -> String {
    let count = |severity| diagnosis.headlines.iter().filter(|one| one.severity == severity).count();
    let mut parts: Vec<String> = [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (count(severity), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {}", severity.as_str()))
        .collect();
    if parts.is_empty() {
        parts.push("nothing wrong was found".to_owned());
    }
    let blocked: usize = diagnosis.not_checked.iter().map(|one| one.codes.len()).sum();
    let mut text = format!("{}; {} checks passed", parts.join(", "), diagnosis.ok.len());
    if blocked > 0 {
        text.push_str(&format!(", {blocked} could not be made"));
    }
    text
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The beginning of a value; line breaks and tabs, which documents have, count as a space.
fn short(value: &str) -> String {
    let line = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_VALUE {
        return line;
    }
    format!("{}...", line.chars().take(LONGEST_VALUE).collect::<String>())
}

const WIDTH: usize = 100;

fn labelled(text: &mut Screen, name: &str, value: &str) {
    for (at, line) in wrapped(value, 13).iter().enumerate() {
        match at {
            0 => text.line(format_args!("    {name:7}  {}", line.trim_start())),
            _ => text.line(line),
        }
    }
}

/// Commands are pasted, so that their lines are not broken.
fn as_it_is(text: &mut Screen, name: &str, command: &Command) {
    for (at, line) in command.lines().enumerate() {
        let name = if at == 0 { name } else { "" };
        text.line(format_args!("    {name:7}  {line}"));
    }
}

/// Lines of at most [`WIDTH`] characters, indented. They are broken at spaces alone: what else looks like white space, a line
/// break above all, is shown for what it is.
fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = " ".repeat(indent);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let empty = line.trim_start_matches(' ').is_empty();
        if !empty && line.chars().count() + 1 + escape(word).chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            line.push_str(word);
        } else {
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.push(line);
    lines
}
