//! `imgdeploy`: argv in, exit code out.

use std::path::PathBuf;
use std::process::ExitCode;

use imgdeploy::artifact;
use imgdeploy::cli::{self, Command, DoctorArgs, DryRun, OutputFormat};
use imgdeploy::command;
use imgdeploy::command::engine::Consent;
use imgdeploy::error::{Exit, Failure};
use imgdeploy::plan::Plan;
use imgdeploy::report::{self, Report};
use imgdeploy::settings::{self, Access, Code, Given, Origin, Site};

fn main() -> ExitCode {
    let invocation = match cli::parse(std::env::args_os(), &|name| std::env::var(name).ok()) {
        Ok(invocation) => invocation,
        Err(error) => {
            if error.use_stderr() {
                report::usage(&error);
                return ExitCode::from(Exit::Usage as u8);
            }
            // Help that nobody reads to its end is no failure.
            let _ = error.print();
            if error.kind() == clap::error::ErrorKind::DisplayVersion {
                report::carried(artifact::embedded::look().as_ref());
            }
            return ExitCode::from(Exit::Done as u8);
        }
    };
    let global = &invocation.cli.global;
    let report = Report::new(global.output == OutputFormat::Json, global.no_color, global.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::new(
                Exit::Unexpected,
                format!("no threads or sockets to be had: {error}"),
                "run this again",
            );
            report.failure("imgdeploy", &failure, None);
            return ExitCode::from(Exit::Unexpected as u8);
        }
    };
    let mut plan = None;
    let result = runtime.block_on(run(&invocation, &report, &mut plan));
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            report.failure(name(&invocation.cli.command), &failure, plan.as_ref());
            ExitCode::from(failure.exit as u8)
        }
    }
}

async fn run(
    invocation: &cli::Invocation,
    report: &Report,
    plan: &mut Option<Plan>,
) -> Result<Exit, Failure> {
    let yes = invocation.cli.global.yes;
    let consent = |dry: DryRun| Consent { yes, dry_run: dry.dry_run, exit_code: dry.exit_code };
    let given = &invocation.given;
    match &invocation.cli.command {
        Command::Init(args) => command::init::run(&settings::access(given)?, args, report).await,
        Command::Build(args) => command::build::run(settings::arch(given)?, args, report),
        Command::Attach(args) => {
            let consent = consent(args.dry);
            command::attach::run(&site(given)?, args, consent, report, plan).await
        }
        Command::Detach(args) => {
            let consent = consent(args.dry);
            command::detach::run(&site(given)?, args, consent, report, plan).await
        }
        Command::UpdateCode(args) => {
            let consent = consent(args.dry);
            let (code, bucket) = code(given, args.choice.function.is_some())?;
            command::update_code::run(&code, bucket.as_deref(), args, consent, report).await
        }
        Command::Rollback(args) => {
            let (code, bucket) = code(given, args.choice.function.is_some())?;
            command::rollback::run(&code.access, bucket.as_deref(), args, yes, report).await
        }
        Command::Doctor(args) => {
            if let Some(exit) = command::doctor::about(args, report) {
                return Ok(exit);
            }
            let (access, site) = chain(given, args)?;
            let consent = Consent { yes, dry_run: args.dry_run, exit_code: false };
            command::doctor::run(&access, site.as_ref(), args, consent, report, plan).await
        }
        Command::Batch(args) => {
            let on_files = args.what.is_none() && args.order.folder.is_some();
            let site = if on_files { None } else { Some(site(given)?) };
            command::batch::run(given, site.as_ref(), args, yes, report).await
        }
        Command::Status(args) => command::status::run(&site(given)?, args, report).await,
        Command::Logs(args) => match &args.function {
            Some(name) => command::logs::of_function(&settings::access(given)?, name, args, report).await,
            None => command::logs::of_site(&site(given)?, args, report).await,
        },
        Command::Tune(args) => {
            let consent = consent(args.dry);
            let function = args.choice.function.is_some();
            let key = if function { None } else { site(given)?.security_key };
            let (code, bucket) = code(given, function)?;
            command::tune::run(&code.access, bucket.as_deref(), key.as_ref(), args, consent, report).await
        }
        Command::Cost(args) => {
            if args.function.is_none() && args.site.is_none() && given.get("bucket").is_none() {
                command::cost::offline(&settings::access(given)?, args, report);
                return Ok(Exit::Done);
            }
            let (code, bucket) = code(given, args.function.is_some())?;
            command::cost::of_function(&code.access, bucket.as_deref(), args, report).await
        }
        Command::Purge(args) => {
            let consent = consent(args.dry);
            command::purge::run(&site(given)?, args, consent, report).await
        }
        Command::Up(args) => {
            let consent = consent(args.dry);
            command::up::run(&site(given)?, args, consent, report, plan).await
        }
        Command::Down(args) => {
            let consent = consent(args.dry);
            command::down::run(&site(given)?, args, consent, report, plan).await
        }
        Command::Dev(args) => command::dev::run(&site(given)?, args, report).await,
        Command::Resize(args) => {
            let config = given.config.as_ref().map(|(path, _)| path.as_path());
            command::resize::run(&settings::images(given)?, config, args, report).await
        }
        Command::Completions(args) => {
            report.text(&cli::completions(args, cli::definition()));
            Ok(Exit::Done)
        }
        Command::Man(args) => {
            report.text(&cli::man(args, cli::definition())?);
            Ok(Exit::Done)
        }
    }
}

fn site(given: &Given) -> Result<Site, Failure> {
    let file = settings::load(given, &here()?)?;
    Ok(settings::resolve(given, file.as_ref())?)
}

fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::new(
            Exit::Unexpected,
            format!("the current folder cannot be read: {error}"),
            "change to another folder",
        )
    })
}

/// Whose chain is meant: a site, or only how AWS is reached, where a function or a URL says the rest.
fn chain(given: &Given, args: &DoctorArgs) -> Result<(Access, Option<Site>), Failure> {
    let named = given.get("bucket").is_some() || args.choice.site.is_some();
    if !named
        && (args.function.is_some() || (args.url.is_some() && settings::load(given, &here()?)?.is_none()))
    {
        return Ok((settings::access(given)?, None));
    }
    let site = site(given)?;
    Ok((site.access.clone(), Some(site)))
}

/// What is said of a function's code, and the bucket unless a function was named.
fn code(given: &Given, function: bool) -> Result<(Code, Option<String>), Failure> {
    if !function {
        let Site { bucket, access, zip, arch, .. } = site(given)?;
        return Ok((Code { access, zip, arch }, Some(bucket.to_string())));
    }
    if given.get("bucket").is_some_and(|bucket| bucket.origin == Origin::Flag) {
        return Err(Failure::new(
            Exit::Usage,
            "`--bucket` and `--function` name two functions",
            "leave one of them out",
        ));
    }
    Ok((settings::code(given)?, None))
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Init(_) => "init",
        Command::Build(_) => "build",
        Command::Attach(_) => "attach",
        Command::Detach(_) => "detach",
        Command::UpdateCode(_) => "update-code",
        Command::Rollback(_) => "rollback",
        Command::Doctor(_) => "doctor",
        Command::Batch(_) => "batch",
        Command::Status(_) => "status",
        Command::Logs(_) => "logs",
        Command::Tune(_) => "tune",
        Command::Cost(_) => "cost",
        Command::Purge(_) => "purge",
        Command::Up(_) => "up",
        Command::Down(_) => "down",
        Command::Dev(_) => "dev",
        Command::Resize(_) => "resize",
        Command::Completions(_) => "completions",
        Command::Man(_) => "man",
    }
}
