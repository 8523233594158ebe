//! The command line's grammar.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Gets you to a computer that migasfree manages.
#[derive(Debug, Parser)]
#[command(
    name = "migasfree-connect",
    version,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub struct Arguments {
    /// The server, if not the one you signed in at last
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub server: Option<String>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in with your browser
    Login(Login),
    /// Sign out
    Logout,
    /// List computers, and which of them are connected
    List(List),
    /// Find computers by part of a name, a user, a number or an address
    Search(Search),
    /// Open a terminal
    Terminal(Terminal),
    /// See and control the screen
    Screen(Screen),
    /// Copy or list files
    #[command(subcommand)]
    Files(Files),
    /// Lead a port of this computer to one of another computer
    Forward(Forward),
    /// Start ssh, with the host keys that the computer reported
    Ssh(Ssh),
    /// Start a viewer of VNC
    Vnc(View),
    /// Start a viewer of RDP
    Rdp(View),
    /// List sessions, end one, or play what was recorded
    #[command(subcommand)]
    Sessions(Sessions),
    /// Order a computer to do something once
    Action(Action),
    /// List what computers were ordered to do, and what came of it
    Actions(Actions),
    /// Open a link of the console; without one, choose a computer
    Open(Open),
}

#[derive(Debug, Args)]
pub struct Login {
    /// A file with the certificates of the server's own authority; it is remembered
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Do not open the browser
    #[arg(long)]
    pub no_browser: bool,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only those that are connected
    #[arg(long)]
    pub online: bool,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub limit: u32,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Search {
    /// What to search for
    pub text: String,
    #[command(flatten)]
    pub list: List,
}

// Why somebody wants a session. What is flattened must not be documented: that would be the help of its commands.
#[derive(Debug, Clone, Default, Args)]
pub struct Why {
    /// Why; the person at the computer reads it
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub reason: String,
    /// The ticket it is about
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub ticket: String,
}

// As whom somebody works on the computer.
#[derive(Debug, Clone, Default, Args)]
pub struct As {
    /// The account on the computer; without it that of its user
    #[arg(short, long, value_name = "ACCOUNT", conflicts_with = "admin")]
    pub user: Option<String>,
    /// As administrator
    #[arg(long)]
    pub admin: bool,
}

#[derive(Debug, Args)]
pub struct Terminal {
    /// Number or name of the computer
    pub computer: String,
    #[command(flatten)]
    pub who: As,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Args)]
pub struct Screen {
    /// Number or name of the computer
    pub computer: String,
    #[command(flatten)]
    pub look: Look,
}

// How somebody looks at a screen.
#[derive(Debug, Clone, Default, Args)]
pub struct Look {
    /// Only look on
    #[arg(long)]
    pub view: bool,
    /// The monitor to begin with, counted from 1; without it all of them
    #[arg(long, value_name = "NUMBER")]
    pub monitor: Option<u32>,
    /// Write what happens as JSON, one object in a line
    #[arg(short, long)]
    pub json: bool,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Subcommand)]
pub enum Files {
    /// List a folder
    List(ListFiles),
    /// Copy a file from the computer
    Get(Get),
    /// Copy a file to the computer
    Put(Put),
}

#[derive(Debug, Args)]
pub struct ListFiles {
    /// The folder, as COMPUTER:PATH
    pub place: String,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
    #[command(flatten)]
    pub who: As,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Args)]
pub struct Get {
    /// The file, as COMPUTER:PATH
    pub place: String,
    /// Where to put it; without it here, by its own name
    pub file: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(short, long)]
    pub force: bool,
    #[command(flatten)]
    pub who: As,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Args)]
pub struct Put {
    /// The file
    pub file: PathBuf,
    /// Where to put it, as COMPUTER:PATH
    pub place: String,
    #[command(flatten)]
    pub who: As,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Args)]
pub struct Forward {
    /// Number or name of the computer
    pub computer: String,
    /// The name of its port, as the rules have it: ssh, vnc, rdp …
    pub name: String,
    /// The port of this computer; without it any that is free
    #[arg(
        short,
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub port: u16,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Args)]
pub struct Ssh {
    /// Number or name of the computer
    pub computer: String,
    /// The account on the computer
    #[arg(short, long, value_name = "ACCOUNT")]
    pub user: Option<String>,
    /// More options of ssh, and a command
    #[arg(last = true)]
    pub arguments: Vec<String>,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Args)]
pub struct View {
    /// Number or name of the computer
    pub computer: String,
    /// The account on the computer
    #[arg(short, long, value_name = "ACCOUNT")]
    pub user: Option<String>,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, Subcommand)]
pub enum Sessions {
    /// List the newest sessions
    List(ListSessions),
    /// End a session
    End(Session),
    /// Play a recording in this terminal
    Play(Play),
}

#[derive(Debug, Args)]
pub struct ListSessions {
    /// Only those that are not over
    #[arg(long)]
    pub live: bool,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 30)]
    pub limit: u32,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Session {
    /// The session
    pub session: String,
}

#[derive(Debug, Args)]
pub struct Play {
    /// The session, or a file with a recording
    pub session: String,
    /// How many times as fast
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub speed: u16,
}

#[derive(Debug, Args)]
pub struct Action {
    /// Number or name of the computer
    pub computer: String,
    #[command(subcommand)]
    pub verb: Verb,
    /// Why; the person at the computer reads it
    #[arg(
        long,
        global = true,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub reason: String,
    /// Until when it may be begun, as in 2027-01-31 18:00; without it for a day
    #[arg(long, global = true, value_name = "MOMENT")]
    pub expires: Option<String>,
    /// Wait until it is over, which is the default in a terminal
    #[arg(long, global = true, conflicts_with = "no_wait")]
    pub wait: bool,
    /// Do not wait
    #[arg(long, global = true)]
    pub no_wait: bool,
    /// Answer in JSON
    #[arg(short, long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Synchronize
    Sync,
    /// Tell the inventory of software and hardware
    Inventory,
    /// Show a message to whoever is there, or as soon as somebody is
    Message(Message),
    /// Lock the sessions of whoever is logged in
    Lock,
    /// Restart
    Reboot(Down),
    /// Switch off
    Shutdown(Down),
    /// Wake it through another computer of its network
    Wake,
}

#[derive(Debug, Args)]
pub struct Message {
    /// What it says
    pub text: String,
    /// What it is about
    #[arg(short, long, value_name = "TEXT")]
    pub title: Option<String>,
}

#[derive(Debug, Args)]
pub struct Down {
    /// How many minutes people have until then; without it five
    #[arg(short, long, value_name = "MINUTES")]
    pub delay: Option<u32>,
    /// What they are told
    #[arg(
        short,
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub text: String,
}

#[derive(Debug, Args)]
pub struct Actions {
    /// Number or name of the computer; without it those of all
    pub computer: Option<String>,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 30)]
    pub limit: u32,
    /// Answer in JSON
    #[arg(short, long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Open {
    /// The link: migasfree-connect://computer/CID/terminal
    pub link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_grammar_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_is_said_of_an_order_comes_before_or_after_its_verb() {
        let read = |words: &[&str]| {
            let program = ["migasfree-connect", "action", "room4"].into_iter();
            let words = program.chain(words.iter().copied());
            let read = Arguments::try_parse_from(words).map(|read| read.command);
            match read {
                Ok(Some(Command::Action(action))) => Some(action),
                _ => None,
            }
        };
        for words in [
            ["--reason", "4711", "sync", "--wait"],
            ["sync", "--wait", "--reason", "4711"],
        ] {
            let action = read(&words);
            let right = |action: Action| {
                action.reason == "4711" && action.wait && matches!(action.verb, Verb::Sync)
            };
            assert!(action.is_some_and(right), "{words:?}");
        }
        let down = read(&["reboot", "-d", "0", "-t", "Now"]);
        let right =
            |action: Action| matches!(action.verb, Verb::Reboot(Down { delay: Some(0), .. }));
        assert!(down.is_some_and(right));
        assert!(read(&[]).is_none() && read(&["format"]).is_none());
        assert!(read(&["sync", "--wait", "--no-wait"]).is_none());
    }
}
