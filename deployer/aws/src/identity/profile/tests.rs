#![allow(clippy::unwrap_used)]
use super::*;
use aws_config::profile::load;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

async fn of(config: &str, name: &str) -> Result<Way, Broken> {
    let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, config).build();
    let profiles = load(&Fs::from_slice(&[]), &Env::from_slice(&[]), &files, None).await.unwrap();
    way(&profiles, name)
}

const FILE: &str = "
[profile keys]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret
[profile half]
aws_access_key_id = AKIAEXAMPLE
[profile other-half]
aws_secret_access_key = secret
[profile empty]
region = eu-west-1
[profile sso]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Web
[profile login]
login_session = arn:aws:iam::111122223333:user/web
[profile process]
credential_process = /bin/true
[profile role]
role_arn = arn:aws:iam::444455556666:role/web
source_profile = keys
external_id = 17
mfa_serial = arn:aws:iam::111122223333:mfa/web
duration_seconds = 3600
region = eu-west-1
[profile far]
role_arn = arn:aws:iam::444455556666:role/far
source_profile = role
[profile self]
role_arn = arn:aws:iam::444455556666:role/self
source_profile = self
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret
[profile a]
role_arn = arn:aws:iam::444455556666:role/a
source_profile = b
[profile b]
role_arn = arn:aws:iam::444455556666:role/b
source_profile = a
[profile nowhere]
role_arn = arn:aws:iam::444455556666:role/a
[profile both]
role_arn = arn:aws:iam::444455556666:role/a
source_profile = keys
credential_source = Environment
[profile gone]
role_arn = arn:aws:iam::444455556666:role/a
source_profile = none
[profile machine]
role_arn = arn:aws:iam::444455556666:role/a
credential_source = Ec2InstanceMetadata
[profile moon]
role_arn = arn:aws:iam::444455556666:role/a
credential_source = Moon
[profile long]
role_arn = arn:aws:iam::444455556666:role/a
source_profile = keys
duration_seconds = 99999
[profile token]
role_arn = arn:aws:iam::444455556666:role/a
web_identity_token_file = /token
";

#[tokio::test]
async fn each_kind_is_known() {
    let base = async |name: &str| of(FILE, name).await.unwrap().base;
    assert!(matches!(base("keys").await, Base::Keys { id, token: None, .. } if id == "AKIAEXAMPLE"));
    assert_eq!(base("sso").await, Base::Sso);
    assert_eq!(base("login").await, Base::Login);
    assert_eq!(base("process").await, Base::Process);
    assert_eq!(base("empty").await, Base::Nothing);
    assert_eq!(base("machine").await, Base::Instance);
    assert!(matches!(base("token").await, Base::WebIdentity { token_file, .. } if token_file == "/token"));
    assert!(matches!(base("self").await, Base::Keys { .. }));
}

#[tokio::test]
async fn roles_are_assumed_from_the_keys_on() {
    let way = of(FILE, "far").await.unwrap();
    assert_eq!(way.profile, "keys");
    let profiles: Vec<&str> = way.roles.iter().map(|role| role.profile.as_str()).collect();
    assert_eq!(profiles, ["role", "far"]);
    let first = &way.roles[0];
    assert_eq!((first.external_id.as_deref(), first.duration), (Some("17"), Some(3600)));
    assert_eq!(first.mfa_serial.as_deref(), Some("arn:aws:iam::111122223333:mfa/web"));
}

#[tokio::test]
async fn what_leads_nowhere_is_an_error_and_never_another_account() {
    for (name, part) in [
        ("typo", "there is no profile `typo` in AWS's configuration files"),
        ("gone", "there is no profile `none` in AWS's configuration files; the profile `gone` names it"),
        ("a", "lead in a circle"),
        ("nowhere", "neither `source_profile` nor `credential_source`"),
        ("both", "both `source_profile` and `credential_source`"),
        ("moon", "not `Moon`"),
        ("long", "not `99999`"),
        ("half", "no `aws_secret_access_key`"),
        ("other-half", "no `aws_access_key_id`"),
    ] {
        let said = of(FILE, name).await.unwrap_err().to_string();
        assert!(said.contains(part), "{name}: {said}");
    }
    let Err(Broken::Unknown { known, .. }) = of(FILE, "typo").await else { panic!() };
    assert!(known.contains(&"sso".to_owned()), "{known:?}");
}
