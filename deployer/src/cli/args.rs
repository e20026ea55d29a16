//! The arguments, for clap. Settings are taken as raw text: they are checked together with those of
//! the environment and the file, so that one wording holds for all and no problem hides another.

use super::batch::BatchArgs;
use super::build::BuildArgs;
use super::code::{RollbackArgs, UpdateCodeArgs};
use super::cost::CostArgs;
use super::dev::DevArgs;
use super::doctor::DoctorArgs;
use super::given::CONFIG_ENV;
use super::help;
use super::init::InitArgs;
use super::logs::LogsArgs;
use super::purge::PurgeArgs;
use super::resize::ResizeArgs;
use super::shared::{DryRun, SiteChoice, SiteFlags, SiteSwitches};
use super::shell::{CompletionsArgs, ManArgs};
use super::status::StatusArgs;
use super::tune::TuneArgs;
use super::up::{DownArgs, UpArgs};
use clap::builder::OsStringValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;

/// On-demand image resizing for the S3 bucket you already have.
///
/// CloudFront, the bucket's website and a routing rule send the first request for a size to a
/// resizer on Lambda; it stores the image in the bucket, and every further request gets it from there.
#[derive(Debug, Parser)]
#[command(name = "imgdeploy", version, after_help = help::EXIT_CODES, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true, infer_long_args = false)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    #[arg(long, global = true, value_name = "NAME", help = help::of("profile"), env = help::env("profile"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub profile: Option<String>,
    #[arg(long, global = true, value_name = "REGION", help = help::of("region"), env = help::env("region"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub region: Option<String>,
    #[arg(long, global = true, value_name = "URL", help = help::of("endpoint-url"), env = help::env("endpoint-url"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub endpoint_url: Option<String>,
    /// Settings file [default: ./imgdeploy.yaml, if it is there]
    #[arg(long, global = true, value_name = "FILE", value_parser = OsStringValueParser::new(), env = CONFIG_ENV, hide_env_values = true)]
    pub config: Option<OsString>,
    /// Form of the result on standard output; everything else goes to standard error
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t = OutputFormat::Text)]
    pub output: OutputFormat,
    /// Write without asking; needed to write anything where there is no terminal [default: ask]
    #[arg(long, global = true)]
    pub yes: bool,
    /// No colours, also on a terminal; so does the variable NO_COLOR [default: colours on a terminal]
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Say more: every setting and where it came from [default: plan, progress and result]
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// Form of the result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// One documented, versioned JSON object.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented imgdeploy.yaml from what is found in the account
    #[command(after_help = help::EXIT_CODES)]
    Init(InitArgs),
    /// Build the function's code for Lambda, and check the zip
    ///
    /// The same source gives the same zip, byte for byte. With --check, nothing is built.
    #[command(after_help = help::BUILD)]
    Build(BuildArgs),
    /// Put on-demand images in front of a bucket that is already there
    #[command(after_help = help::below())]
    Attach(Box<AttachArgs>),
    /// Take out exactly what attach put in
    #[command(after_help = help::below())]
    Detach(DetachArgs),
    /// Put other code into the running function: published, checked, then live
    ///
    /// Viewers get the new version when it has made an image as it should, and not before. The old one stays
    /// where it is, for `rollback`.
    #[command(after_help = help::below())]
    UpdateCode(UpdateCodeArgs),
    /// List the versions of the function's code, and go back to one
    #[command(after_help = help::below())]
    Rollback(RollbackArgs),
    /// Say exactly what is wrong with a chain, and mend what can be mended safely
    ///
    /// Looks at the configuration, follows live requests hop by hop, and names the cause. It writes nothing
    /// without --fix. Works on any bucket or function, also on what this tool did not set up.
    #[command(after_help = help::below())]
    Doctor(Box<DoctorArgs>),
    /// Show what is attached to a bucket, what runs there, what changed and what it costs
    ///
    /// Nothing is written. What could not be looked at is named, with the reason.
    #[command(after_help = help::below())]
    Status(StatusArgs),
    /// Show what the resizer logs, one line for each request
    #[command(after_help = help::below())]
    Logs(LogsArgs),
    /// Make derived images of many originals at once, before anyone asks for them
    ///
    /// On Lambda, through the queues that `attach --batch` makes: each original is fetched and decoded once for all its
    /// sizes. What is up to date is skipped. Everything asked for is counted as done, skipped or failed. The same
    /// command again goes on where it was broken off. With --local, on this machine.
    #[command(after_help = help::below())]
    Batch(Box<BatchArgs>),
    /// Measure which memory size makes images cheapest, fastest, or best of both
    ///
    /// Publishes temporary versions of the function, one for each memory size, calls them with real images, and takes
    /// them away again. Viewers notice nothing: the alias stays where it is, unless --apply sets what is recommended.
    #[command(after_help = help::below())]
    Tune(Box<TuneArgs>),
    /// Work out what a month of new images costs, line by line
    ///
    /// Without --bucket, --site and --function nothing is asked of AWS, and no account is needed.
    #[command(after_help = help::below())]
    Cost(CostArgs),
    /// Delete all derived images of an original, in the bucket and in CloudFront
    ///
    /// Sizes that nobody remembers are found too; an object that the resizer did not make is never deleted. What is
    /// asked for afterwards is made afresh. The original itself stays, and need not be there any more.
    #[command(after_help = help::below())]
    Purge(PurgeArgs),
    /// Make a bucket with on-demand images, as one fresh stack, for those who start from nothing
    #[command(after_help = help::below())]
    Up(Box<UpArgs>),
    /// Take away what up made; never a bucket with objects, unless told to by name
    #[command(after_help = help::below())]
    Down(DownArgs),
    /// Serve the chain of an attached bucket on this machine
    ///
    /// CDN, website and API get a loopback port each, and answer as the configuration at the endpoint
    /// says. Response headers show each hop.
    #[command(after_help = help::below())]
    Dev(DevArgs),
    /// Resize image files on this machine, just as the resizer would
    ///
    /// For trying a spec, and for scripts. It needs no AWS and no settings file. IN and OUT may be `-`,
    /// for standard input and output.
    #[command(after_help = help::RESIZE)]
    Resize(ResizeArgs),
    /// Print the completions for a shell
    #[command(after_help = help::EXIT_CODES)]
    Completions(CompletionsArgs),
    /// Print the manual page of imgdeploy, or of one of its commands
    #[command(after_help = help::EXIT_CODES)]
    Man(ManArgs),
}

/// Arguments of `detach`.
#[derive(Debug, Args)]
pub struct DetachArgs {
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: SiteChoice,
    /// Delete the derived images too; they are counted, and this is asked separately [default: keep them]
    #[arg(long)]
    pub delete_derived: bool,
    /// Whether to stop before anything is written.
    #[command(flatten)]
    pub dry: DryRun,
}

/// Arguments of `attach`.
#[derive(Debug, Args)]
pub struct AttachArgs {
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: SiteChoice,
    // A flag for the command line, but its variable says `true` or `false`.
    #[arg(
        long, num_args = 0, default_missing_value = "true", help = help::of("no-distribution"),
        env = help::env("no-distribution"), hide_env_values = true
    )]
    #[allow(missing_docs)]
    pub no_distribution: Option<String>,
    /// Settings that are on or off.
    #[command(flatten)]
    pub switches: SiteSwitches,
    /// Approve that derived images become public: the plan shows what that changes [default: refuse]
    #[arg(long)]
    pub allow_public: bool,
    /// Whether to stop before anything is written.
    #[command(flatten)]
    pub dry: DryRun,
    /// The settings of the site.
    #[command(flatten)]
    pub settings: SiteFlags,
}
