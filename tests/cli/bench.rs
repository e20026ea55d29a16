//! One emulator, one proxy, one tool and one bucket.

use test_support::iam;
use test_support::ministack::MiniStack;
use test_support::proxy::{Call, Proxy};
use test_support::scenario::Scenario;
use test_support::tool::{Run, Tool};
use test_support::zip_file::host_arch;

use crate::stand_in::Code;

/// The bucket of most tests.
pub const BUCKET: &str = "shop-pictures";
/// Its region, which is not the caller's.
pub const REGION: &str = "eu-west-1";

/// Everything that a test needs. The tool reaches the emulator through the proxy only.
pub struct Bench {
    pub aws: MiniStack,
    pub proxy: Proxy,
    pub tool: Tool,
    pub scenario: Scenario,
    /// What is attached.
    pub code: Code,
}

impl Bench {
    /// The bucket that is already in use, with its distribution; the caller is root.
    pub fn used() -> Self {
        Self::with(|aws| Scenario::used_bucket(aws, REGION, BUCKET))
    }

    /// A bucket as AWS makes them today, with nothing in front.
    pub fn private() -> Self {
        Self::with(|aws| Scenario::private_bucket(aws, REGION, BUCKET))
    }

    pub fn with(scenario: impl FnOnce(&MiniStack) -> Scenario) -> Self {
        let aws = MiniStack::start();
        let scenario = scenario(&aws);
        let proxy = Proxy::start(&aws);
        let tool = tool(&proxy);
        Self { aws, proxy, tool, scenario, code: Code::real() }
    }

    /// With a small program in place of the function, for tests that ask for none of its images.
    pub fn with_stand_in(self) -> Self {
        Self { code: Code::stand_in(), ..self }
    }

    /// As an IAM user with this policy, so that every Deny counts.
    pub fn called_by_user(mut self, policy: &str) -> Self {
        let credentials = iam::user(&self.scenario.root, "caller", policy);
        self.tool = self.tool.credentials(&credentials);
        self
    }

    /// `attach` with everything approved.
    pub fn attach_arguments(&self) -> Vec<String> {
        let mut arguments = words(&["attach", "--bucket", &self.scenario.bucket]);
        match &self.scenario.distribution {
            Some(id) => arguments.extend(words(&["--distribution", id])),
            None => arguments.extend(words(&["--no-distribution"])),
        }
        arguments.extend(words(&[
            "--zip",
            self.code.path(),
            "--arch",
            host_arch(),
            "--yes",
            "--allow-public",
        ]));
        arguments
    }

    /// The same without one of the flags.
    pub fn attach_without(&self, flag: &str) -> Vec<String> {
        let arguments = self.attach_arguments();
        assert!(arguments.iter().any(|argument| argument == flag), "{flag} is not given");
        arguments.into_iter().filter(|argument| argument != flag).collect()
    }

    /// Runs `attach` with everything approved.
    pub fn attach(&self) -> Run {
        self.tool.run(self.attach_arguments())
    }

    /// Runs `detach`; derived images stay.
    pub fn detach(&self) -> Run {
        self.tool.run(["detach", "--bucket", &self.scenario.bucket, "--yes"])
    }

    /// The writes since the proxy was cleared, for comparison with an empty list.
    #[track_caller]
    pub fn assert_no_writes(&self) {
        let writes = self.proxy.writes();
        let shown: String = writes.iter().map(|call| format!("\n{call}")).collect();
        assert!(writes.is_empty(), "these were written:{shown}");
    }

    /// The operations that were called, each once, in the order of their first call.
    pub fn operations(&self) -> Vec<Call> {
        let mut seen = std::collections::HashSet::new();
        self.proxy.calls().into_iter().filter(|call| seen.insert(call.name())).collect()
    }
}

/// The tool, reaching AWS through this proxy, as root, with a home region other than the bucket's.
pub fn tool(proxy: &Proxy) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).endpoint(&proxy.url()).region("us-east-1")
}

/// Owned arguments.
pub fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
