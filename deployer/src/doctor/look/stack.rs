//! The tool's own stack.

use imgdeploy_checks::snapshot::Stack;
use imgdeploy_world::Fact;

use super::Looker;
use crate::stack::{self, Stacks};

impl Looker {
    /// What the bucket's stack says of itself.
    pub(super) async fn stack(&self, bucket: &str, region: &str) -> Fact<Stack> {
        let name = stack::stack_name(bucket);
        let stacks = Stacks::new(self.clients(), region);
        let read = self.fact("cloudformation:DescribeStacks", async {
            match stacks.observe(&name).await {
                Ok(Some(found)) => Fact::Known(found),
                Ok(None) => Fact::Absent,
                Err(error) => Fact::Unknown(error.into_failure()),
            }
        });
        read.await.map(|found| {
            let output = |name: &str| found.outputs.get(name).cloned();
            let parameter = |name: &str| found.parameters.get(name).cloned();
            Stack {
                name: name.clone(),
                api_host: output("ApiHost"),
                code_sha256: output("CodeSha256"),
                prefix: parameter("Prefix"),
                url: parameter("Url"),
            }
        })
    }
}
