//! What `up` sends to CloudFormation is put together by the tool: cfn-lint looks at the result, as it does at the files.

use std::path::PathBuf;
use std::process::Command;

use imgdeploy::stack::OwnBucket;

use crate::code::Code;
use crate::inputs;

/// Beside the emulator in the same environment.
fn cfn_lint() -> PathBuf {
    let emulator = std::env::var_os("IMGDEPLOY_MINISTACK").expect("`make test` sets IMGDEPLOY_MINISTACK");
    PathBuf::from(emulator).with_file_name("cfn-lint")
}

#[test]
fn the_template_of_up_has_nothing_to_complain_about() {
    let folder = tempfile::tempdir().unwrap();
    let code = Code {
        bucket: "artifacts".to_owned(),
        key: "code/one.zip".to_owned(),
        sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned(),
    };
    for with_cdn in [false, true] {
        let own = OwnBucket { website_host: "b.s3-website-eu-west-1.amazonaws.com".to_owned(), with_cdn };
        let desired = own.desired(&inputs(&code), "1");
        let file = folder.path().join(format!("up-{with_cdn}.json"));
        std::fs::write(&file, &desired.template_body).unwrap();
        let said = Command::new(cfn_lint())
            .args(["--non-zero-exit-code", "informational"])
            .arg(&file)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success(), "{text}{}", String::from_utf8_lossy(&said.stderr));
    }
}
