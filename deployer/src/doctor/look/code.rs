//! The function's zip: fetched and judged, where it is not the one that this tool built and checked.

use std::io::Cursor;

use imgdeploy_checks::snapshot::{Code, CodeProblem, Configuration};
use imgdeploy_world::Fact;

use super::Looker;
use crate::artifact::{self, Aws, Runs};
use crate::aws::web;
use crate::aws::{AwsFailure, lambda};
use crate::settings::value::Arch;

impl Looker {
    /// What Lambda would stumble over. Absent: not for us to judge, as it is no zip with a `bootstrap`.
    pub(super) async fn code(&self, region: &str, name: &str, found: &Configuration) -> Fact<Code> {
        let starts_bootstrap =
            found.runtime.as_deref().is_some_and(|runtime| runtime.starts_with("provided"));
        if !starts_bootstrap {
            return Fact::Absent;
        }
        let function = lambda::Function::new(self.clients(), region, name);
        let qualifier = Some(found.version.as_str()).filter(|version| *version != "$LATEST");
        let arch = if found.architecture == "arm64" { Arch::Arm64 } else { Arch::X86_64 };
        let emulator = self.clients().endpoint_url().is_some();
        let read = async {
            let location = match Fact::of(function.code_location_of(qualifier).await) {
                Fact::Known(location) => location,
                Fact::Absent => return Fact::Absent,
                Fact::Unknown(failure) => return Fact::Unknown(failure),
            };
            let zip = match web::get(&location).await {
                Ok(answer) if answer.status == 200 => answer.body,
                Ok(answer) => return failed(format!("the code's address answered {}", answer.status)),
                Err(why) => return failed(why),
            };
            let runs = if emulator { Runs::AtEmulator } else { Runs::OnLambda };
            match artifact::check(Cursor::new(zip), arch, runs) {
                Ok(checked) => Fact::Known(Code {
                    problems: checked.problems.iter().map(|one| kind(one, &checked)).collect(),
                }),
                Err(error) => failed(error.to_string()),
            }
        };
        self.fact("lambda:GetFunction", read).await
    }
}

fn failed<T>(why: impl Into<String>) -> Fact<T> {
    Fact::Unknown(AwsFailure::local("lambda:GetFunction", why))
}

fn kind(problem: &artifact::Problem, checked: &artifact::Checked) -> CodeProblem {
    let logged = match &problem.aws {
        Aws::Logs(text) => text.clone(),
        Aws::Refuses(text) => (*text).to_owned(),
        Aws::Unknown => String::new(),
    };
    if logged.contains("permission denied") {
        return CodeProblem::NotExecutable;
    }
    if logged.contains("exec format error")
        && let Some(binary) = &checked.binary
    {
        return CodeProblem::OtherArchitecture { built_for: binary.machine.to_string() };
    }
    match &checked.elsewhere {
        Some(path) => CodeProblem::InFolder { path: path.clone() },
        None => CodeProblem::Other { what: problem.what.clone(), logged },
    }
}
