//! The command line's grammar.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};

/// Keeps this computer as its organisation wants it.
#[derive(Debug, Parser)]
#[command(
    name = "migasfree",
    version,
    disable_version_flag = true,
    disable_help_subcommand = true,
    arg_required_else_help = false
)]
pub struct Arguments {
    /// Say more about what happens inside
    #[arg(short, long, alias = "verbose", global = true)]
    pub debug: bool,
    /// Say only what was asked for
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Talk to the daemon on the session bus, the one for trying things
    #[arg(long, global = true)]
    pub session: bool,
    /// Work on the system below this folder instead of this computer
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register this computer with its server
    Register(Register),
    /// Synchronise with the server
    Sync(Sync),
    /// Install packages
    Install(Change),
    /// Remove packages with their configuration
    Purge(Change),
    /// Look for packages
    Search(Search),
    /// List the applications offered to this computer
    Apps(Apps),
    /// List the categories of applications
    Categories(Json),
    /// Show what the server knows about this computer
    Info(Info),
    /// Show this computer's label
    Label(Json),
    /// Show or set this computer's tags
    Tags(Tags),
    /// Show the attributes the server assigned to this computer, as JSON
    Traits(Traits),
    /// List or check packages, as JSON
    Packages(Packages),
    /// Send packages to the server
    Upload(Upload),
    /// List the daemon's jobs
    Jobs(Jobs),
    /// Stop a job
    Cancel(JobNumber),
    /// Show what a job said
    Log(Log),
    /// List who holds back the jobs that run by themselves
    Inhibitors(Json),
    /// List what the helpdesk ordered, and what became of it
    Actions(Json),
    /// Show how this computer is doing
    Status(Json),
    /// Show version and configuration
    Version(Json),
    /// Show or edit the configuration file
    Conf(Conf),
    /// Show the network this computer speaks on
    Network(Json),
    /// List this computer's attributes
    Attributes(Attributes),
    /// Forget the keys of the server
    RemoveKeys(RemoveKeys),
    /// Decide about the keys of repositories
    Keys(Keys),
}

#[derive(Debug, Args)]
pub struct Json {
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Register {
    /// Somebody who may register computers
    #[arg(short, long)]
    pub user: Option<String>,
    /// Their password; asked for when it is left out, which others on this computer cannot see
    #[arg(short, long, alias = "pwd", requires = "user")]
    pub password: Option<String>,
    /// A file that holds the password and that nobody else can read
    #[arg(
        long,
        value_name = "FILE",
        requires = "user",
        conflicts_with = "password"
    )]
    pub password_file: Option<PathBuf>,
    /// An enrolment token of the server, in place of a user; root only
    #[arg(long, conflicts_with_all = ["user", "accept_new_keys"])]
    pub token: Option<String>,
    /// A file that holds the token and that nobody else can read; `-` for the standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["token", "user", "accept_new_keys"]
    )]
    pub token_file: Option<PathBuf>,
    /// The fingerprint of the server's key, as whoever runs the server says it; root only
    #[arg(
        long,
        value_name = "FINGERPRINT",
        conflicts_with_all = ["token", "token_file", "accept_new_keys"]
    )]
    pub server_key: Option<String>,
    /// Take keys of the server other than those known, if it was set up anew; root only
    #[arg(long)]
    pub accept_new_keys: bool,
    /// Do not ask whether the configuration is right
    #[arg(short = 'y', long)]
    pub assume_yes: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("part"))]
pub struct Sync {
    /// Upgrade everything, whatever the configuration says
    #[arg(short, long)]
    pub force_upgrade: bool,
    /// Only the hardware (also -hard)
    #[arg(long, group = "part")]
    pub hardware: bool,
    /// Only the list of software (also -soft)
    #[arg(long, group = "part")]
    pub software: bool,
    /// Only the attributes (also -att)
    #[arg(long, group = "part")]
    pub attributes: bool,
    /// Only the faults (also -fau)
    #[arg(long, group = "part")]
    pub faults: bool,
    /// Tell what happens as one JSON object per line
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Change {
    /// Names of the packages
    #[arg(required = true, value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// Do not ask before doing it
    #[arg(short = 'y', long)]
    pub assume_yes: bool,
    /// Tell what happens as one JSON object per line
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Search {
    /// What to look for in names and descriptions
    pub pattern: String,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Apps {
    /// Only those of this category
    #[arg(short, long, value_name = "ID")]
    pub category: Option<u32>,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Info {
    /// Only this value
    pub key: Option<String>,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub struct Tags {
    /// Show the tags, as JSON
    #[arg(short, long, group = "what")]
    pub get: bool,
    /// Set the tags and install what they ask for; "" for none
    #[arg(short, long, group = "what", num_args = 0.., value_name = "TAG")]
    pub set: Option<Vec<String>>,
    /// Set the tags without installing anything
    #[arg(short, long, group = "what", num_args = 0.., value_name = "TAG")]
    pub communicate: Option<Vec<String>>,
}

#[derive(Debug, Args)]
pub struct Traits {
    /// Only those with this prefix
    pub prefix: Option<String>,
    /// Only this value of each: id, description, name, value, prefix or sort
    pub key: Option<String>,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub struct Packages {
    /// Names that can be installed
    #[arg(short, long, group = "what")]
    pub available: bool,
    /// Everything that is installed
    #[arg(short, long, group = "what")]
    pub installed: bool,
    /// Those of a JSON list that are installed
    #[arg(short, long, group = "what", value_name = "JSON")]
    pub check: Option<String>,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub struct Upload {
    /// The packager
    #[arg(short, long)]
    pub user: Option<String>,
    /// No longer taken: everybody on this computer could see it
    #[arg(short, long = "pwd", alias = "password")]
    pub password: Option<String>,
    /// The project it is for
    #[arg(short = 'j', long)]
    pub project: Option<String>,
    /// The store to put it into
    #[arg(short, long)]
    pub store: Option<String>,
    /// One package or other file
    #[arg(short, long, group = "what")]
    pub file: Option<PathBuf>,
    /// Every file below a folder, as a package set
    #[arg(short = 'r', long, group = "what")]
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Jobs {
    /// Also those of other users
    #[arg(short, long)]
    pub all: bool,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct JobNumber {
    /// Number of the job
    pub id: String,
}

#[derive(Debug, Args)]
pub struct Log {
    /// Number of the job
    pub id: String,
    /// Go on until the job ends
    #[arg(short, long)]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct Conf {
    /// Host, host:port or address of the server
    #[arg(short, long)]
    pub server: Option<String>,
    /// Name of the project
    #[arg(short, long)]
    pub project: Option<String>,
    /// Empty for the host name
    #[arg(short, long)]
    pub computer_name: Option<String>,
    /// true or false
    #[arg(short, long)]
    pub auto_update_packages: Option<String>,
    /// true or false
    #[arg(short, long)]
    pub manage_devices: Option<String>,
    /// true or false
    #[arg(short, long)]
    pub upload_hardware: Option<String>,
    /// true or false
    #[arg(long)]
    pub debug_mode: Option<String>,
    /// host:port, empty for none
    #[arg(short = 'x', long)]
    pub proxy: Option<String>,
    /// host:port, empty for none
    #[arg(short = 'k', long)]
    pub package_proxy_cache: Option<String>,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Attributes {
    /// Only the one that stands for this computer alone
    #[arg(short, long)]
    pub cid: bool,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct RemoveKeys {
    /// Those of every server this computer ever had
    #[arg(short, long)]
    pub all: bool,
}

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Keys {
    #[command(subcommand)]
    pub command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Trust a repository key that the server does not vouch for
    Accept(Accept),
}

#[derive(Debug, Args)]
pub struct Accept {
    /// Fingerprint of the key: 40 or 64 hexadecimal digits
    #[arg(required = true, num_args = 1.., value_name = "FINGERPRINT")]
    pub fingerprint: Vec<String>,
}

/// The short forms of more than one letter, which scripts have used for years.
pub fn expand(argument: OsString) -> OsString {
    let long = match argument.to_str() {
        Some("-hard") => "--hardware",
        Some("-soft") => "--software",
        Some("-att") => "--attributes",
        Some("-fau") => "--faults",
        _ => return argument,
    };
    long.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        let words = std::iter::once("migasfree").chain(line.split_whitespace());
        Arguments::try_parse_from(words.map(|word| expand(word.into())))
    }

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn lines_of_older_scripts_are_understood() {
        for line in [
            "-q sync -f",
            "sync -hard",
            "sync -soft",
            "sync -att",
            "-q sync -fau",
            "install a b",
            "purge a",
            "search x",
            "traits CID value",
            "tags -g",
            "tags -s LOC-a LOC-b",
            "tags -c",
            "label",
            "info name",
            "-q info --json",
            "apps -c 3 --json",
            "categories -j",
            "packages -a",
            "packages --check [\"a\"]",
            "upload -u ana -j p -s s -f x.deb",
            "upload -u ana -p secret -j p -s s -f x.deb",
            "upload --user ana --pwd secret -f x.deb",
            "upload --user ana --password secret -f x.deb",
            "upload -r folder",
            "conf --json",
            "-q version",
            "remove-keys -a",
            "conf -s host -p proj -a true -x host:1",
            "network --json",
            "attributes --cid --json",
            "register -y",
            "register -u ana -p secret -y",
            "register -u ana --password-file /root/secret -y",
            "-d sync",
            "sync --quiet",
            "keys accept 0123456789ABCDEF0123456789ABCDEF01234567",
            "keys accept 0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        for line in [
            "sync -hard -soft",
            "tags",
            "tags -g -s a",
            "packages",
            "upload -f a -r b",
            "register -p secret",
            "register --password-file /root/secret",
            "register -u ana -p secret --password-file /root/secret",
            "install",
            "keys accept",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
